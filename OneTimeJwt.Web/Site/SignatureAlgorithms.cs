using Microsoft.IdentityModel.Tokens;

namespace OneTimeJwt.Web.Site;

/// <summary>How tokens of an OpenID provider may be signed (RFC 7518, section 3.1).</summary>
internal static class SignatureAlgorithms
{
    /// <summary>Those whose key the provider alone has: never none, and no secret that both sides know.</summary>
    public static readonly string[] Asymmetric =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];
}
