using CsvHelper;

namespace OneTimeJwt.Web.Admin;

/// <summary>A CSV file, written row by row as its rows are read.</summary>
internal static class CsvDownload
{
    // A field that a spreadsheet would take for a formula becomes text: reasons and addresses are user input.
    private static readonly CsvWriterOptions Options = new() { Injection = CsvInjection.Escape, WriteByteOrderMark = true };

    public static IResult Of(string file, string[] header, IAsyncEnumerable<string?[]> rows, CancellationToken cancellationToken) =>
        Results.Stream(body => WriteAsync(body, header, rows, cancellationToken), "text/csv; charset=utf-8", file);

    private static async Task WriteAsync(
        Stream body, string[] header, IAsyncEnumerable<string?[]> rows, CancellationToken cancellationToken)
    {
        await using var csv = CsvWriter.Create(body, Options, leaveOpen: true);
        await csv.WriteRecordAsync(header, cancellationToken);
        await foreach (var row in rows.WithCancellation(cancellationToken))
            await csv.WriteRecordAsync(row, cancellationToken);
        await csv.FlushAsync(cancellationToken);
    }
}
