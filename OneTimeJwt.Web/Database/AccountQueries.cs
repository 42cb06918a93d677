using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace OneTimeJwt.Web.Database;

/// <summary>
/// Queries that name what this database doesn't have: a column of Identity's that the users table lacks has its default value, a
/// lock-out counts where nothing says so, and <see cref="Account.IsInactive"/> is read where conditions on columns are set.
/// </summary>
internal sealed class AccountQueries : IQueryExpressionInterceptor
{
    public Expression QueryCompilationStarting(Expression queryExpression, QueryExpressionEventData eventData) =>
        eventData.Context is AccountsContext context ? new Rewriter(context).Visit(queryExpression) : queryExpression;

    private sealed class Rewriter(AccountsContext context) : ExpressionVisitor
    {
        private readonly bool _hasStanding = context.Model.FindEntityType(typeof(AccountStanding)) is not null;

        protected override Expression VisitMember(MemberExpression node)
        {
            if (!typeof(Account).IsAssignableFrom(node.Expression?.Type))
                return base.VisitMember(node);
            if (node.Member.Name == nameof(Account.IsInactive))
                return _hasStanding
                    ? Expression.Property(
                        Expression.Property(Visit(node.Expression)!, nameof(Account.Standing)), nameof(AccountStanding.IsInactive))
                    : Expression.Constant(value: false);
            return !context.Identity.Missing.Contains(node.Member.Name) ? base.VisitMember(node)
                : node.Member.Name == nameof(Account.LockoutEnabled) ? Expression.Constant(value: true)
                : Expression.Default(node.Type);
        }
    }
}
