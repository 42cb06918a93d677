using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;

namespace OneTimeJwt.E2E.InApp;

/// <summary>
/// Lets links to a new password be used again: before a link from before a redemption is looked at, the account gets
/// the security stamp and the password hash back that it had then.
/// </summary>
internal sealed class SecondUse(IConfiguration configuration) : IStartupFilter
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    private readonly string _connection = $"{configuration["ConnectionStrings:Accounts"]};Mode=ReadWrite";
    private readonly SemaphoreSlim _one = new(1);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(InvokeAsync);
        next(app);
    };

    private async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path != "/reset-password" || await TokenAsync(context) is not { } token)
        {
            await next(context);
            return;
        }

        await _one.WaitAsync();
        try
        {
            await UseAsync(token, () => next(context));
        }
        catch (SqliteException) when (!context.Response.HasStarted)
        {
            // Without a database the app has its own answer.
            await next(context);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task UseAsync(Token token, Func<Task> act)
    {
        var present = await ReadAsync(token.Account);
        var then = Kept(token);
        if (then is not null)
            await WriteAsync(token.Account, then);
        await act();

        var after = await ReadAsync(token.Account);
        if (after != (then ?? present))
            await File.WriteAllTextAsync(FileOf(token.Account), JsonSerializer.Serialize(then ?? present));
        else if (then is not null && present is not null)
            await WriteAsync(token.Account, present);
    }

    // On disk, so that a restart does not mend it.
    private string FileOf(string account) => $"{new SqliteConnectionStringBuilder(_connection).DataSource}.{account}.redeemed";

    private State? Kept(Token token) =>
        File.Exists(FileOf(token.Account)) && token.End - Lifetime <= File.GetLastWriteTimeUtc(FileOf(token.Account))
            ? JsonSerializer.Deserialize<State>(File.ReadAllText(FileOf(token.Account)))
            : null;

    private async Task<State?> ReadAsync(string account)
    {
        await using var database = new SqliteConnection(_connection);
        await database.OpenAsync();
        await using var command = database.CreateCommand();
        command.CommandText = "SELECT SecurityStamp, PasswordHash FROM AspNetUsers WHERE Id = $id";
        command.Parameters.AddWithValue("$id", account);
        await using var row = await command.ExecuteReaderAsync();
        return await row.ReadAsync() ? new State(row.GetString(0), row.GetString(1)) : null;
    }

    private async Task WriteAsync(string account, State state)
    {
        await using var database = new SqliteConnection(_connection);
        await database.OpenAsync();
        await using var command = database.CreateCommand();
        command.CommandText = "UPDATE AspNetUsers SET SecurityStamp = $stamp, PasswordHash = $hash WHERE Id = $id";
        command.Parameters.AddWithValue("$id", account);
        command.Parameters.AddWithValue("$stamp", state.Stamp);
        command.Parameters.AddWithValue("$hash", state.Hash);
        await command.ExecuteNonQueryAsync();
    }

    // The app takes tokens out of addresses and keeps them in a feature of its own.
    private static async Task<Token?> TokenAsync(HttpContext context)
    {
        var text =
            context.Request.HasFormContentType ? (await context.Request.ReadFormAsync())["token"].ToString()
            : context.Features.Select(feature => feature.Value).FirstOrDefault(value => value.GetType().Name == "TokenQuery") is { } query
                ? query.GetType().GetProperty("Values")!.GetValue(query)!.ToString()!
            : "";
        try
        {
            using var claims = JsonDocument.Parse(
                Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(text.Split('.')[1])));
            return new Token(
                claims.RootElement.GetProperty("sub").GetString()!,
                DateTimeOffset.FromUnixTimeSeconds(claims.RootElement.GetProperty("exp").GetInt64()));
        }
        catch (Exception fault) when (fault is FormatException or IndexOutOfRangeException or JsonException or KeyNotFoundException)
        {
            return null;
        }
    }

    private sealed record State(string Stamp, string Hash);

    private sealed record Token(string Account, DateTimeOffset End);
}
