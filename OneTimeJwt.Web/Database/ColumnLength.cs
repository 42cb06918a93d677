namespace OneTimeJwt.Web.Database;

/// <summary>Lengths of columns that several of our tables have.</summary>
internal static class ColumnLength
{
    public const int Id = 450;
    public const int Address = 256;
    public const int Name = 256;
    public const int Client = 64;
    public const int Culture = 16;
    public const int Zone = 64;
    public const int ConsoleRole = 16;
}
