using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Events;

/// <summary>
/// Appends events to a file, or to standard output, each as a line of JSON. The file is opened anew for each batch, so that it may be
/// moved away at any time.
/// </summary>
internal sealed class JsonLinesDestination(string file, IHostEnvironment environment)
    : EventDestination(OwnName, FrozenSet<RecoveryEventKind>.Empty)
{
    public const string OwnName = "json-lines";

    /// <summary>What stands in the place of a file's path for standard output.</summary>
    public const string StandardOutput = "stdout";

    private readonly Lock _turn = new();

    public override bool IncludesAddresses => true;

    public override int AtOnce => 256;

    [SuppressMessage("Design", "CA1031", Justification = "Whatever it is, the events are written again.")]
    public override Task SendAsync(
        IReadOnlyList<EventMessage> messages, Action<EventMessage, SendResult> done, CancellationToken cancellationToken)
    {
        var result = SendResult.Sent;
        try
        {
            lock (_turn)
                Write(messages);
        }
        catch (Exception fault)
        {
            result = new SendResult(SendOutcome.Failed, $"Trail:JsonLines can't be written ({LoggableException.NameOf(fault)})");
        }

        foreach (var message in messages)
            done(message, result);
        return Task.CompletedTask;
    }

    private void Write(IReadOnlyList<EventMessage> messages)
    {
        using var lines = new MemoryStream();
        foreach (var message in messages)
        {
            lines.Write(message.Body);
            lines.WriteByte(JsonLinesFile.LineFeed);
        }

        var written = lines.GetBuffer().AsSpan(0, (int)lines.Length);
        if (file != StandardOutput)
        {
            JsonLinesFile.Append(Path.GetFullPath(file, environment.ContentRootPath), written);
            return;
        }

        // Lines of the log go the same way: one writer keeps them apart.
        Console.Out.Write(Encoding.UTF8.GetString(written));
        Console.Out.Flush();
    }
}

internal sealed class JsonLinesValidator(IHostEnvironment environment) : SettingsValidator<TrailSettings>
{
    protected override IEnumerable<string> Faults(TrailSettings options)
    {
        if (options.JsonLines is not { Length: > 0 } file || file == JsonLinesDestination.StandardOutput)
            return [];

        try
        {
            JsonLinesFile.Append(Path.GetFullPath(file, environment.ContentRootPath), []);
            return [];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return
            [
                $"Trail:JsonLines is '{file}', which can't be written ({fault.GetType().Name}): name a file in a folder that is there and "
                    + $"that the app's user may write to, or {JsonLinesDestination.StandardOutput}",
            ];
        }
    }
}
