using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Events;

internal enum SendOutcome
{
    Sent,
    Failed,

    /// <summary>The receiver wants no more.</summary>
    Gone,

    /// <summary>The app is shutting down.</summary>
    Interrupted,
}

/// <param name="Outcome">What came of it.</param>
/// <param name="Cause">Why it wasn't sent, in our own words.</param>
/// <param name="Wait">How long the receiver asks to be left alone.</param>
internal sealed record SendResult(SendOutcome Outcome, string? Cause = null, TimeSpan? Wait = null)
{
    public static readonly SendResult Sent = new(SendOutcome.Sent);
    public static readonly SendResult Interrupted = new(SendOutcome.Interrupted);
}

/// <summary>Where events go.</summary>
/// <param name="name">What its rows are found by.</param>
/// <param name="kinds">What it gets; all where there is none.</param>
internal abstract class EventDestination(string name, IReadOnlySet<RecoveryEventKind> kinds)
{
    public string Name => name;

    public abstract bool IncludesAddresses { get; }

    /// <summary>How many events are on their way at a time.</summary>
    public abstract int AtOnce { get; }

    public bool Wants(RecoveryEventKind kind) => kinds.Count == 0 || kinds.Contains(kind);

    /// <summary>Never throws.</summary>
    /// <param name="messages">What is sent, at most one for an account.</param>
    /// <param name="done">Is told of each what came of it, from any thread.</param>
    /// <param name="cancellationToken">The app's shutdown.</param>
    public abstract Task SendAsync(
        IReadOnlyList<EventMessage> messages, Action<EventMessage, SendResult> done, CancellationToken cancellationToken);
}
