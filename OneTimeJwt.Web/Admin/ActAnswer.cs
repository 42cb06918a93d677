using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Admin;

/// <summary>
/// How an act ended that was asked for with a key of the asker's (draft-ietf-httpapi-idempotency-key-header). It is written in the act's
/// own transaction: whoever asks again with the key, on any node, gets this answer, and nothing is done.
/// </summary>
public sealed class ActAnswer
{
    /// <summary>Answers are kept that long.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    /// <summary>Of the asker and the key. The key itself isn't kept.</summary>
    public required Guid Id { get; init; }

    /// <summary>A hash of what was asked for.</summary>
    public required string Request { get; init; }

    public required AdminActionResult Result { get; init; }

    public required string Message { get; init; }

    public required Guid EventId { get; init; }

    public required DateTimeOffset At { get; init; }

    public static Guid IdOf(string actor, string key) => RecoveryEvent.IdOf($"{actor}\n{key}");

    public static string RequestOf(params string[] parts) => Convert.ToHexStringLower(SHA256.HashData(KeyMaterial.Encode(parts)));

    /// <param name="id">As <see cref="IdOf"/> has it.</param>
    /// <param name="request">What was asked for, as <see cref="RequestOf"/> has it.</param>
    /// <param name="outcome">One that an event or a campaign tells of.</param>
    public static ActAnswer Of(Guid id, string request, AdminActionOutcome outcome) => new()
    {
        Id = id,
        Request = request,
        Result = outcome.Result,
        Message = outcome.Message,
        EventId = outcome.EventId!.Value,
        At = outcome.At!.Value,
    };

    /// <returns>The same again; or, where something else was asked for with the key, that it was.</returns>
    public AdminActionOutcome To(string request) =>
        request == Request ? new(Result, Message, RetryAfter: null, EventId, At) : new(AdminActionResult.OtherRequest, "");

    /// <summary>Part of a transaction under a lock that lets one actor's acts through one by one.</summary>
    /// <param name="database">Where the answer is kept.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="key">By which it is done once; null where each time counts.</param>
    /// <param name="request">What is asked for, as <see cref="RequestOf"/> has it.</param>
    /// <param name="judgeAsync">Does it.</param>
    /// <returns>How it ended, now or the first time.</returns>
    public static async Task<AdminActionOutcome> OnceAsync(
        AccountsContext database, AdminActionParty actor, string? key, string request, Func<Task<AdminActionOutcome>> judgeAsync)
    {
        if (key is null)
            return await judgeAsync();

        var id = IdOf(actor.Id, key);
        if (await database.ActAnswers.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id) is { } earlier)
            return earlier.To(request);

        var outcome = await judgeAsync();
        // What wasn't recorded changed nothing, and is judged anew.
        if (outcome.EventId is not null)
            database.Add(Of(id, request, outcome));
        return outcome;
    }
}

internal sealed class ActAnswerConfiguration : IEntityTypeConfiguration<ActAnswer>
{
    public void Configure(EntityTypeBuilder<ActAnswer> answer)
    {
        answer.ToTable("RecoveryActAnswers");
        answer.Property(a => a.Id).ValueGeneratedNever();
        answer.Property(a => a.Request).HasMaxLength(64);
        answer.Property(a => a.Result).HasConversion<string>().HasMaxLength(16);
        answer.Property(a => a.Message).HasMaxLength(500);
        answer.HasIndex(a => a.At);
    }
}

/// <summary>Removes old answers, a few at a time so that other writes needn't wait.</summary>
internal sealed partial class ActAnswerRetention(
    IDbContextFactory<AccountsContext> contexts,
    SqliteWriteLock writer,
    TimeProvider time,
    ILogger<ActAnswerRetention> logger
) : Worker
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var limit = time.GetUtcNow() - ActAnswer.Kept;
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var old = database.ActAnswers.Where(answer => answer.At < limit).OrderBy(answer => answer.At);
        return await BatchedDelete.RunAsync(writer, old, cancellationToken);
    }

    protected override Task WorkAsync(CancellationToken stoppingToken) =>
        RepeatAsync(Interval, time, () => SweepAsync(stoppingToken), stoppingToken);

    [LoggerMessage(LogLevel.Error, "Old answers to acts could not be removed ({Fault}); trying again in an hour.")]
    protected override partial void LogFailure(string fault, Exception? unexpected);
}
