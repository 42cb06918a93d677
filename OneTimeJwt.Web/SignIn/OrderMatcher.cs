using Zxcvbn;
using Zxcvbn.Matcher;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// Runs along an alphabet or a row of keys, forwards and backwards: in steps of one, and longer ones in steps of two and three.
/// </summary>
internal sealed class OrderMatcher : IMatcher
{
    private const int MinLength = 3;
    private const int MinLengthOfLeaps = 5;
    private const int MaxStep = 3;

    public IEnumerable<Match> MatchPassword(string password)
    {
        var lower = password.ToLowerInvariant();
        return [.. KeyboardLayouts.Orders.SelectMany(order => RunsAlong(order, lower, password))];
    }

    private static IEnumerable<Match> RunsAlong(string order, string lower, string password)
    {
        for (var start = 0; start < lower.Length - 1;)
        {
            var end = EndOfRun(order, lower, start, out var step);
            var length = end - start;
            if (length >= (Math.Abs(step) == 1 ? MinLength : MinLengthOfLeaps))
            {
                // Much as zxcvbn counts its own: where it begins, which way it goes, and how far.
                var first = order.IndexOf(lower[start], StringComparison.Ordinal);
                var bits = (first == 0 || first == order.Length - 1 ? 2 : Math.Log2(order.Length)) + Math.Log2(length);
                yield return new Match
                {
                    i = start,
                    j = end - 1,
                    Token = password[start..end],
                    Pattern = "sequence",
                    Entropy = bits + (step == 1 ? 0 : 1),
                };
            }

            start = Math.Max(end - 1, start + 1);
        }
    }

    private static int EndOfRun(string order, string text, int start, out int step)
    {
        step = 0;
        var end = start + 1;
        for (var at = order.IndexOf(text[start], StringComparison.Ordinal); at >= 0 && end < text.Length; end++)
        {
            var next = order.IndexOf(text[end], StringComparison.Ordinal);
            var taken = next - at;
            if (next < 0 || taken == 0 || Math.Abs(taken) > MaxStep || (step != 0 && taken != step))
                break;

            step = taken;
            at = next;
        }

        return end;
    }
}
