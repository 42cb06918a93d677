using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace OneTimeJwt.Web.Database;

/// <summary>The server has the commit, but it may not survive the loss of that server. It is not reported as done.</summary>
[SuppressMessage("Design", "CA1032", Justification = "There is one thing to say.")]
public sealed class CommitInDoubtException(Exception? cause = null)
    : DbException("A commit was not confirmed by a synchronous standby.", cause)
{
    /// <summary>Transaction resolution unknown (ISO/IEC 9075-2, class 08).</summary>
    public override string SqlState => "08007";
}
