namespace OneTimeJwt.Web.Tests.Api;

/// <summary>A program of a help desk, written against the client that Kiota makes of the OpenAPI document.</summary>
internal static class DeskProgram
{
    /// <summary>The client's name and namespace.</summary>
    public const string Client = "RecoveryClient";
    public const string Namespace = "Desk.Recovery";

    // Kiota's own libraries, of the generation that this version of the tool writes for.
    public const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="Microsoft.Kiota.Abstractions" Version="2.1.6" />
            <PackageReference Include="Microsoft.Kiota.Http.HttpClientLibrary" Version="2.1.6" />
            <PackageReference Include="Microsoft.Kiota.Serialization.Json" Version="2.1.6" />
          </ItemGroup>
        </Project>
        """;

    /// <summary>Takes the origin, an account's id, how it and two more begin, and DESK_KEY; writes what it asked for.</summary>
    public const string Source = """
        using Desk.Recovery;
        using Desk.Recovery.Api.V1.Accounts;
        using Desk.Recovery.Models;
        using Microsoft.Kiota.Abstractions;
        using Microsoft.Kiota.Abstractions.Authentication;
        using Microsoft.Kiota.Http.HttpClientLibrary;

        var (origin, id, start) = (args[0], args[1], args[2]);
        using var http = new HttpClient(new Recorder { InnerHandler = new HttpClientHandler() });
        var proof = new BaseBearerTokenAuthenticationProvider(new Key());
        var api = new RecoveryClient(new HttpClientRequestAdapter(proof, httpClient: http) { BaseUrl = origin }).Api.V1;

        // Accounts, page by page.
        var read = (await api.Accounts[id].GetAsync())!;
        Expect(read.Account!.Lock == LockState.Open && read.Role is null && read.LinksOut == 0 && read.LockEndsAt is null);
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await api.Accounts.GetAsync(request =>
                (request.QueryParameters.Query, request.QueryParameters.Limit, request.QueryParameters.Cursor) = (start, 1, cursor)))!;
            seen.AddRange(page.Items!.Select(item => item.Email!));
            cursor = page.Next;
        }
        while (cursor is not null);
        Expect(seen.Count == 3 && seen.Distinct().All(email => email.StartsWith(start)));
        var found = (await api.Accounts.GetAsync(request =>
        {
            request.QueryParameters.Query = read.Account.Email;
            request.QueryParameters.FilterAsGetFilterQueryParameterType = [GetFilterQueryParameterType.Unconfirmed];
        }))!;
        Expect(found.Items!.Single().Id == id && found.Items!.Single().EmailConfirmed == false && found.Next is null);

        // Acts, each with a key of its own.
        var account = api.Accounts[id];
        var reason = new ActRequest { Reason = "Ticket 4711" };
        Expect((await account.ConfirmAddress.PostAsync(reason, Once))!.Act == "confirm-address");
        Expect((await account.SendLink.PostAsync(reason, Once))!.AccountId == id);
        Expect((await account.RevokeLinks.PostAsync(reason, Once))!.EventId != Guid.Empty);
        Expect((await account.RequireReset.PostAsync(reason, Once))!.At > DateTimeOffset.UnixEpoch);
        Expect((await account.ResetTwoFactor.PostAsync(reason, Once))!.Message!.Length > 0);
        await account.Lock.PostAsync(reason, Once);
        Expect((await account.GetAsync())!.Account!.Lock == LockState.Banned);
        await account.Unlock.PostAsync(reason, Once);

        // The trail, by kind.
        var trail = (await api.Trail.GetAsync(request =>
            (request.QueryParameters.Account, request.QueryParameters.KindAsRecoveryEventKind, request.QueryParameters.From) =
                (id, RecoveryEventKind.Locked, DateTimeOffset.UnixEpoch)))!;
        Expect(trail.Items!.Single() is { Kind: RecoveryEventKind.Locked, Reason: "Ticket 4711", CampaignId: null });

        // A campaign from the draft to its end.
        var drafted = (await api.Campaigns.PostAsync(new CampaignRequest { RequiresReset = false, Accounts = [id, "nobody"] }, Once))!;
        Expect(drafted is { Accounts: 1, Unmatched: 1, UnmatchedLines: "2" });
        var campaign = api.Campaigns[drafted.Id!.Value];
        await campaign.Start.PostAsync(new CampaignStartRequest { Reason = "A breach", Accounts = 1, Rate = 1 }, Once);
        try
        {
            await campaign.Pause.PostAsync(reason, Once);
            await campaign.Resume.PostAsync(reason, Once);
            await campaign.Stop.PostAsync(reason, Once);
        }
        catch (ProblemDetails done) when (done.ResponseStatusCode == 409)
        {
            // It was faster.
        }

        Expect((await campaign.GetAsync())!.Campaign!.Accounts == 1);
        Expect((await api.Campaigns.GetAsync())!.Items!.Any(item => item.Id == drafted.Id && item.State is not null));

        // What fails arrives as an error with its type.
        await FailsAsync(() => api.Accounts["nobody"].GetAsync(), 404, "no-such-account");
        await FailsAsync(() => api.Trail.GetAsync(request => request.QueryParameters.Cursor = "x"), 400, "bad-cursor");
        await FailsAsync(() => account.Unlock.PostAsync(reason, Once), 409, "act-impossible");
        await FailsAsync(() => account.Unlock.PostAsync(reason), 400, "idempotency-key-missing");
        Console.WriteLine("done");

        void Once(RequestConfiguration<DefaultQueryParameters> request) =>
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());

        static void Expect(bool isRight, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(isRight))] string what = "")
        {
            if (!isRight)
                throw new InvalidOperationException(what);
        }

        static async Task FailsAsync(Func<Task> act, int status, string type)
        {
            try
            {
                await act();
            }
            catch (ProblemDetails problem)
            {
                Expect(problem.ResponseStatusCode == status && problem.Status == status && problem.Title!.Length > 0);
                Expect(problem.Type == $"urn:problem-type:one-time-jwt:{type}");
                return;
            }

            throw new InvalidOperationException($"{type} was no error.");
        }

        internal sealed class Key : IAccessTokenProvider
        {
            public AllowedHostsValidator AllowedHostsValidator { get; } = new();

            public Task<string> GetAuthorizationTokenAsync(
                Uri uri, Dictionary<string, object>? context = null, CancellationToken cancellationToken = default) =>
                Task.FromResult(Environment.GetEnvironmentVariable("DESK_KEY")!);
        }

        internal sealed class Recorder : DelegatingHandler
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                Console.WriteLine($"asked {request.Method} {request.RequestUri!.AbsolutePath}");
                return base.SendAsync(request, cancellationToken);
            }
        }
        """;
}
