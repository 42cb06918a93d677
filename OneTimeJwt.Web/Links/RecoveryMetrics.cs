using System.Diagnostics.Metrics;

namespace OneTimeJwt.Web.Links;

/// <summary>Counts requests and what happens to links.</summary>
internal sealed class RecoveryMetrics(Meter meter)
{
    private readonly Counter<long> _requested = meter.CreateCounter<long>(
        "onetimejwt.links.requested",
        "{request}",
        "Requests for a link that were taken, whoever they are for.");
    private readonly Counter<long> _mailed = meter.CreateCounter<long>(
        "onetimejwt.links.mailed",
        "{link}",
        "Links that the mail server took.");
    private readonly Counter<long> _opened = meter.CreateCounter<long>(
        "onetimejwt.links.opened",
        "{opening}",
        "Openings of links that work, by mail scanners too.");
    private readonly Counter<long> _redeemed = meter.CreateCounter<long>("onetimejwt.links.redeemed", "{link}", "Links that were used.");
    private readonly Counter<long> _refused = meter.CreateCounter<long>(
        "onetimejwt.links.refused",
        "{refusal}",
        "Links that were turned away, by verdict.");

    public void Requested() => _requested.Add(1);

    public void Mailed(TokenPurpose purpose) => _mailed.Add(1, Of(purpose));

    public void Opened(TokenPurpose purpose) => _opened.Add(1, Of(purpose));

    public void Redeemed(TokenPurpose purpose) => _redeemed.Add(1, Of(purpose));

    public void Refused(TokenPurpose purpose, string verdict) =>
        _refused.Add(1, Of(purpose), KeyValuePair.Create<string, object?>("verdict", verdict));

    private static KeyValuePair<string, object?> Of(TokenPurpose purpose) => KeyValuePair.Create<string, object?>("purpose", purpose.Name);
}
