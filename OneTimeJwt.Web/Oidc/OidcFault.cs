using System.Data.Common;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace OneTimeJwt.Web.Oidc;

/// <summary>Why a sign-in at the provider failed, as far as what to do differs. The names stand in addresses.</summary>
public enum OidcFault
{
    /// <summary>It took too long, or its cookie is missing.</summary>
    Stale,

    /// <summary>Somebody pressed "cancel", or the provider lets nobody in.</summary>
    Denied,

    /// <summary>The provider has to show a page, which a silent request forbids.</summary>
    SignInNeeded,

    Unreachable,

    /// <summary>What is registered there and what is set here differ.</summary>
    Settings,

    Clock,

    /// <summary>Signed with a key that the provider doesn't publish.</summary>
    Keys,

    NoRole,

    NoSecondFactor,

    /// <summary>Issuer and subject are longer than the trail takes.</summary>
    LongName,

    Other,
}

internal static class OidcFaults
{
    /// <summary>What the handler and the libraries under it throw, in one word.</summary>
    public static OidcFault Of(Exception fault)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (OfOne(cause) is { } known)
                return known;
        }

        return OidcFault.Other;
    }

    private static OidcFault? OfOne(Exception fault) => fault switch
    {
        // Ours, whatever connection it was about.
        DbException => OidcFault.Other,
        OpenIdConnectProtocolInvalidNonceException => OidcFault.Stale,
        OpenIdConnectProtocolException when fault.Data["error"] is string error => OfError(error),
        SecurityTokenExpiredException or SecurityTokenNotYetValidException or SecurityTokenInvalidLifetimeException => OidcFault.Clock,
        SecurityTokenInvalidAudienceException or SecurityTokenInvalidIssuerException => OidcFault.Settings,
        SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException => OidcFault.Keys,
        // IDX14100 and IDX14101: a token that can't be read.
        ArgumentException => OidcFault.Other,
        HttpRequestException or IOException or OperationCanceledException or JsonException => OidcFault.Unreachable,
        // IDX20803 and IDX20804: no discovery document.
        InvalidOperationException when fault.Message.StartsWith("IDX208", StringComparison.Ordinal) => OidcFault.Unreachable,
        // Of the handler itself: no state, one that can't be read, or its cookie is missing.
        AuthenticationFailureException when fault.InnerException is null => OidcFault.Stale,
        _ => null,
    };

    // OpenID Connect Core 1.0, section 3.1.2.6; RFC 6749, sections 4.1.2.1 and 5.2; RFC 9126, section 2.3.
    private static OidcFault OfError(string error) => error switch
    {
        "access_denied" => OidcFault.Denied,
        "login_required" or "interaction_required" or "consent_required" or "account_selection_required" => OidcFault.SignInNeeded,
        "temporarily_unavailable" or "server_error" => OidcFault.Unreachable,
        "invalid_client" or "unauthorized_client" or "invalid_request" or "invalid_scope" or "unsupported_response_type"
            or "unsupported_grant_type" or "request_not_supported" => OidcFault.Settings,
        "invalid_grant" => OidcFault.Stale,
        _ => OidcFault.Other,
    };
}
