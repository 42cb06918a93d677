using System.Data.Common;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// Identity's own, but for three things. Passkeys are kept in our own table. A new account is inserted with the configured
/// values of the host's columns where there are any: Entity Framework's model has Identity's columns only, so that insert is
/// written here; rows that were added to the context are saved in the same transaction. And of an account only what was
/// changed is written: Identity's store writes every column, and so undoes what another application wrote since without a
/// new concurrency stamp, such as a ban.
/// </summary>
internal sealed partial class AccountStore(
    AccountsContext context,
    HostColumns columns,
    SqliteWriteLock writer,
    IdentityErrorDescriber? describer = null)
    : UserOnlyStore<Account, AccountsContext, string>(context, describer)
{
    /// <summary>Whether its name or address is about to change; true where the account wasn't read here.</summary>
    public bool IsRenamed(Account account) =>
        Context.Entry(account) is var row
        && (row.State == EntityState.Detached
            || row.Property(known => known.UserName).IsModified
            || row.Property(known => known.Email).IsModified);

    public override async Task<IdentityResult> UpdateAsync(Account user, CancellationToken cancellationToken = default)
    {
        if (Context.Entry(user).State == EntityState.Detached)
            return await base.UpdateAsync(user, cancellationToken);

        user.ConcurrencyStamp = Guid.NewGuid().ToString();
        try
        {
            await SaveChanges(cancellationToken);
            return IdentityResult.Success;
        }
        catch (DbUpdateConcurrencyException)
        {
            return IdentityResult.Failed(ErrorDescriber.ConcurrencyFailure());
        }
    }

    public override async Task<IdentityResult> CreateAsync(Account user, CancellationToken cancellationToken = default)
    {
        // Numbers are given by the database, and mails and events need the id before.
        if (Context.Identity.KeyType is AccountKeyType.Int32 or AccountKeyType.Int64)
            return IdentityResult.Failed(new IdentityError
            {
                Code = AccountKey.IsNumbered,
                Description = "The accounts of this database have numbers, which the application that it belongs to gives them: add the "
                    + "account there, and invite it then.",
            });
        if (!columns.HasValues)
            return await base.CreateAsync(user, cancellationToken);

        await writer.RunAsync(
            async () =>
            {
                if (Context.Database.CurrentTransaction is not null)
                    return await WriteAsync(user, cancellationToken);

                var (id, stamp) = (user.Id, user.ConcurrencyStamp);
                return await Context
                    .Database.CreateExecutionStrategy()
                    .ExecuteInTransactionAsync(
                        inner => WriteAsync(user, inner),
                        inner =>
                            Context.IsConfirmedAsync(() =>
                                Context.Users.AnyAsync(row => row.Id == id && row.ConcurrencyStamp == stamp, inner)),
                        cancellationToken);
            },
            cancellationToken);
        Context.ChangeTracker.AcceptAllChanges();
        return IdentityResult.Success;
    }

    private async Task<int> WriteAsync(Account account, CancellationToken cancellationToken)
    {
        Context.Entry(account).State = EntityState.Detached;
        await InsertAsync(account, cancellationToken);
        Context.Entry(account).State = EntityState.Unchanged;
        return await Context.SaveChangesAsync(acceptAllChangesOnSuccess: false, cancellationToken);
    }

    private async Task InsertAsync(Account account, CancellationToken cancellationToken)
    {
        await using var command = Context.Database.GetDbConnection().CreateCommand();
        var values = Own(command, account).Concat(await columns.ForAsync(Context, command, account, cancellationToken)).ToList();
        var sql = Context.GetService<ISqlGenerationHelper>();
        var names = values.Select(value => Context.Identity.Quote(value.Column));
        var text = $"INSERT INTO {Context.Identity.Table("Users")} ({string.Join(", ", names)}) ".InFormat()
            + $"VALUES ({string.Join(", ", values.Select(value => sql.GenerateParameterName(value.Value.ParameterName)))})";
        try
        {
            await Context.Database.ExecuteSqlRawAsync(text, values.Select(value => value.Value), cancellationToken);
        }
        catch (DbException fault)
        {
            throw new DbUpdateException("The account was not inserted.", fault);
        }
    }

    private IEnumerable<(string Column, DbParameter Value)> Own(DbCommand command, Account account) =>
        Context.Entry(account).Properties.Select((value, i) =>
        {
            var property = value.Metadata;
            var stored = property.Name == IdentityModel.Tenant ? Context.Identity.TenantKey : value.CurrentValue;
            var parameter = property.GetRelationalTypeMapping().CreateParameter(command, $"p{i}", stored, property.IsNullable);
            return (property.GetColumnName(), parameter);
        });
}
