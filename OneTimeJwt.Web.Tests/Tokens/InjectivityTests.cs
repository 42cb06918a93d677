using System.Buffers.Binary;
using CsCheck;

namespace OneTimeJwt.Web.Tests.Tokens;

public sealed class InjectivityTests
{
    private const int Samples = 20_000;

    // Few and short, so that chance finds every way in which two lists could run together.
    private static readonly Gen<string?> Awkward = Gen.OneOf<string?>(
        null,
        "",
        "\0",
        "\u0001",
        "\0\0\0\u0001",
        "a",
        "aa",
        "\ud800",
        "\udc00",
        "\udc00\ud800",
        "\ufffd",
        "\u0100",
        "é",
        "e\u0301",
        "\u0001\0\0\0\0");

    private static readonly Gen<string?> Text = Gen.OneOf(Awkward, Gen.Char.Array[0, 6].Select(units => (string?)new string(units)));

    private static readonly Gen<string?[]> Lists = Text.Array[0, 5];

    [Fact]
    public void What_was_encoded_can_be_read_back() =>
        Lists.Sample(parts => Decode(KeyMaterial.Encode(parts)).SequenceEqual(parts), iter: Samples);

    [Fact]
    public void Two_different_lists_never_encode_alike() =>
        Gen.Select(Awkward.Array[0, 4], Awkward.Array[0, 4])
            .Sample((a, b) => a.SequenceEqual(b) || !KeyMaterial.Encode(a).SequenceEqual(KeyMaterial.Encode(b)), iter: Samples);

    [Fact]
    public void Moving_a_boundary_between_two_parts_changes_the_bytes() =>
        Gen.Select(Gen.Char.Array[1, 8], Gen.Int[0, 8], Gen.Int[0, 8]).Sample(
            (units, cut, other) =>
            {
                (cut, other) = (Math.Min(cut, units.Length), Math.Min(other, units.Length));
                return cut == other || !Halves(units, cut).SequenceEqual(Halves(units, other));
            },
            iter: Samples);

    [Fact]
    public void Another_state_origin_or_account_never_gives_the_same_signing_key() =>
        Gen.Select(Inputs, Inputs).Sample(
            (a, b) => Same(a, b) || !Key(a).SequenceEqual(Key(b)),
            iter: 4_000);

    [Fact]
    public void Another_purpose_never_gives_the_same_key() =>
        Gen.Select(Inputs, Awkward, Awkward).Sample(
            (a, purpose, other) => purpose == other || !Derived(a, purpose).SequenceEqual(Derived(a, other)),
            iter: 4_000);

    private static Gen<(string?[] State, string Origin, string Account)> Inputs =>
        Gen.Select(Awkward.Array[3], Gen.OneOf("", "a", "aa", "\ud800"), Gen.OneOf("", "a", "aa", "\udc00"));

    private static bool Same((string?[] State, string Origin, string Account) a, (string?[] State, string Origin, string Account) b) =>
        a.State.SequenceEqual(b.State) && a.Origin == b.Origin && a.Account == b.Account;

    private static byte[] Key((string?[] State, string Origin, string Account) of) =>
        Issuer.Secret.SigningKey(of.Origin, TokenPurpose.Reset, of.Account, of.State).Key;

    private static byte[] Derived((string?[] State, string Origin, string Account) of, string? purpose) =>
        KeyMaterial.Derive(new KeyedHash(new byte[KeyMaterial.KeySize]), of.State, ["v1", of.Origin, purpose, of.Account]);

    private static byte[] Halves(char[] units, int cut) => KeyMaterial.Encode([new string(units[..cut]), new string(units[cut..])]);

    private static IEnumerable<string?> Decode(byte[] bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            if (bytes[at++] == 0)
            {
                yield return null;
                continue;
            }

            var units = new char[BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at))];
            at += sizeof(int);
            for (var i = 0; i < units.Length; i++, at += sizeof(char))
                units[i] = (char)BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at));
            yield return new string(units);
        }
    }
}
