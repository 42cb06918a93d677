namespace OneTimeJwt.Web.Events;

/// <summary>A file of lines that are all there or not at all.</summary>
internal static class JsonLinesFile
{
    public const byte LineFeed = (byte)'\n';

    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    private const int MaxTries = 20;
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns when the lines would outlive a loss of power.</summary>
    /// <param name="path">Of the file, which is made where there is none.</param>
    /// <param name="lines">Each with its end.</param>
    public static void Append(string path, ReadOnlySpan<byte> lines)
    {
        using var stream = Open(path);
        if (lines.IsEmpty)
            return;

        var length = stream.Length;
        try
        {
            // What was left of a line by a loss of power must not spoil the next one.
            if (length > 0 && !EndsInLineFeed(stream))
                stream.WriteByte(LineFeed);
            stream.Write(lines);
            stream.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // The disk is full: half a line would be taken for one.
            stream.SetLength(length);
            throw;
        }
    }

    // The runtime appends by position: no other process may write meanwhile. Readers don't ask.
    private static FileStream Open(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Mode;
        for (var tries = 1; ; tries++)
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (IOException fault) when (tries < MaxTries && fault is not (DirectoryNotFoundException or PathTooLongException))
            {
                Thread.Sleep(Wait);
            }
        }
    }

    /// <summary>Leaves the stream at its end.</summary>
    private static bool EndsInLineFeed(FileStream stream)
    {
        stream.Seek(-1, SeekOrigin.End);
        return stream.ReadByte() == LineFeed;
    }
}
