namespace OneTimeJwt.Web.Site;

internal static class SecurityHeaders
{
    // What Swagger UI writes into its page; a browser's console names another one if that changes.
    private const string ApiPageStyle = "RL3ie0nH+Lzz2YNqQN83mnU0" + "J1ot4QL7b99vMdIX99w=";

    private static readonly TimeSpan HstsAge = TimeSpan.FromDays(365);

    /// <param name="hsts">Whether browsers are told to come by https only.</param>
    /// <param name="hasHost">Whether the host is the app's alone; where it isn't, the host's subdomains are none of its business.</param>
    /// <param name="forApiPage">Whether it is for the page to try the API, whose library has pictures and one style of its own.</param>
    public static HeaderPolicyCollection Policy(bool hsts, bool hasHost, bool forApiPage = false)
    {
        var policy = new HeaderPolicyCollection()
            .AddContentSecurityPolicy(csp =>
            {
                csp.AddDefaultSrc().None();
                csp.AddScriptSrc().Self().WithNonce();
                var styles = csp.AddStyleSrc().Self().WithNonce();
                var pictures = csp.AddImgSrc().Self();
                if (forApiPage)
                {
                    styles.WithHash256(ApiPageStyle);
                    pictures.Data();
                }

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
        return !hsts ? policy
            : hasHost ? policy.AddStrictTransportSecurityMaxAgeIncludeSubDomains((int)HstsAge.TotalSeconds)
            : policy.AddStrictTransportSecurityMaxAge((int)HstsAge.TotalSeconds);
    }
}
