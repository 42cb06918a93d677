using NetEscapades.AspNetCore.SecurityHeaders;

namespace OneTimeJwt.Web.Security;

internal static class SecurityHeaders
{
    private static readonly TimeSpan HstsAge = TimeSpan.FromDays(365);

    public static HeaderPolicyCollection Policy(bool hsts)
    {
        var policy = new HeaderPolicyCollection()
            .AddContentSecurityPolicy(csp =>
            {
                csp.AddDefaultSrc().None();
                csp.AddScriptSrc().Self().WithNonce();
                csp.AddStyleSrc().Self().WithNonce();
                csp.AddImgSrc().Self();
                csp.AddConnectSrc().Self();
                csp.AddFrameSrc().Self();
                csp.AddFormAction().Self();
                csp.AddBaseUri().Self();
                csp.AddFrameAncestors().None();
            })
            .AddContentTypeOptionsNoSniff()
            .AddFrameOptionsDeny()
            .AddReferrerPolicyNoReferrer()
            .AddCrossOriginOpenerPolicy(coop => coop.SameOrigin())
            .AddCrossOriginResourcePolicy(corp => corp.SameOrigin())
            .AddPermissionsPolicy(permissions =>
            {
                permissions.AddAccelerometer().None();
                permissions.AddCamera().None();
                permissions.AddDisplayCapture().None();
                permissions.AddGeolocation().None();
                permissions.AddGyroscope().None();
                permissions.AddMicrophone().None();
                permissions.AddMidi().None();
                permissions.AddPayment().None();
                permissions.AddUsb().None();
            })
            .RemoveServerHeader();
        return hsts ? policy.AddStrictTransportSecurityMaxAgeIncludeSubDomains((int)HstsAge.TotalSeconds) : policy;
    }
}
