using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Tests.Api;

/// <summary>The OpenAPI document, and what happens to whoever goes by it or just beside it.</summary>
public sealed class ApiDocumentTests(ApiApp shared) : IClassFixture<ApiApp>
{
    private const int Rounds = 40;

    private readonly TestApp _app = shared.App;

    // What comes from outside, as it comes from outside.
    private static readonly string[] Odd =
    [
        "", " ", "0", "-1", "null", "true", "NaN", "1e309", "9223372036854775808", "2026-01-01", "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.9999999+14:00", "..", "../..", "%", "_", "'", "\"", "';--", "<script>", "${x}", "\u0001", "\u202E", "é",
        "e\u0301", "İ", "ẞ", "𝔘𝔫𝔦", "日本", "@", "a@b", "xn--", new string('x', 300), new string('ü', 600), "{}", "[]", "\uFFFD",
    ];

    [Fact]
    public async Task It_is_OpenAPI_3_1_for_everybody_and_describes_each_operation()
    {
        using var stranger = _app.Open();

        var document = JsonNode.Parse((await stranger.GetAsync("/openapi/v1.json")).Body)!;

        Assert.StartsWith("3.1", document["openapi"]!.GetValue<string>(), StringComparison.Ordinal);
        var operations = Operations(document).ToList();
        var names = operations.Select(operation => operation.Body["operationId"]!.GetValue<string>()).ToList();
        Assert.Equal(names.Distinct(), names);
        Assert.All(operations, operation =>
        {
            Assert.StartsWith("/api/v1/", operation.Path, StringComparison.Ordinal);
            Assert.NotEmpty(operation.Body["summary"]!.GetValue<string>());
            Assert.NotEmpty(operation.Body["security"]!.AsArray());
            var problems = operation.Body["responses"]!.AsObject().Where(answer => answer.Key[0] == '4').ToList();
            Assert.NotEmpty(problems);
            Assert.All(problems, answer => Assert.NotNull(answer.Value!["content"]!["application/problem+json"]));
        });
    }

    // By the document: each parameter and the body are right, odd, missing or several, in an order that comes again.
    [Fact]
    public async Task Whoever_goes_by_it_or_beside_it_gets_an_answer_that_it_has_and_never_a_fault()
    {
        using var robot = await _app.ProgramAsync(ConsoleRole.Admin);
        var document = JsonNode.Parse((await robot.GetAsync("/openapi/v1.json")).Body)!;
        var account = await _app.AddAccountAsync();
        var random = new Random(4711);
        var seen = new Dictionary<int, int>();

        foreach (var operation in Operations(document))
        {
            for (var round = 0; round < Rounds; round++)
            {
                using var request = Request(document, operation, account.Id, random, isRight: round == 0);
                request.Headers.Authorization = new("Bearer", robot.Key);
                using var visitor = _app.Open();
                var answer = await visitor.SendAsync(request);
                var status = (int)answer.Status;
                seen[status] = seen.GetValueOrDefault(status) + 1;
                var what = $"{request.Method} {request.RequestUri} → {status} {answer.Body}";
                Assert.True(status < 500, what);
                Assert.True(operation.Body["responses"]!.AsObject().ContainsKey(status.ToString(CultureInfo.InvariantCulture)), what);
                Assert.Equal(
                    status < 400 ? "application/json" : "application/problem+json", answer.Headers["Content-Type"].Split(';')[0]);
                Assert.DoesNotContain("   at ", answer.Body, StringComparison.Ordinal);
                if (round == 0)
                    Assert.True(status is 200 or 409 || operation.Path.Contains("campaigns/", StringComparison.Ordinal), what);
            }
        }

        Assert.Superset(new HashSet<int> { 200, 400, 404, 422 }, seen.Keys.ToHashSet());
    }

    private static IEnumerable<(string Method, string Path, JsonNode Body)> Operations(JsonNode document) =>
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        select (operation.Key.ToUpperInvariant(), path.Key, operation.Value!);

    private static HttpRequestMessage Request(
        JsonNode document, (string Method, string Path, JsonNode Body) operation, string accountId, Random random, bool isRight)
    {
        var path = operation.Path;
        var query = new List<string>();
        var request = new HttpRequestMessage { Method = new HttpMethod(operation.Method) };
        foreach (var parameter in operation.Body["parameters"]?.AsArray() ?? [])
        {
            var (name, place, schema) = (parameter!["name"]!.GetValue<string>(), parameter["in"]!.GetValue<string>(), parameter["schema"]!);
            var isRequired = parameter["required"]?.GetValue<bool>() == true;
            var text = isRight || random.Next(2) == 0
                ? Right(name, Resolve(document, schema), accountId, random)
                : Odd[random.Next(Odd.Length)];
            if (place == "path")
                // An empty segment or dots would be another address.
                path = path.Replace(
                    $"{{{name}}}",
                    text.Trim('.', ' ').Length == 0 ? accountId : Uri.EscapeDataString(text),
                    StringComparison.Ordinal);
            else if (place == "header" && (isRequired || random.Next(4) > 0))
                request.Headers.TryAddWithoutValidation(name, new string([.. text.Where(letter => letter is >= ' ' and <= '~')]));
            else if (place == "query" && !isRight && random.Next(2) == 0)
                query.Add($"{name}={Uri.EscapeDataString(text)}");
        }

        if (!isRight && random.Next(8) == 0)
            query.Add($"{Uri.EscapeDataString(Odd[random.Next(Odd.Length)])}=1");
        request.RequestUri = new Uri(path + (query.Count == 0 ? "" : "?" + string.Join('&', query)), UriKind.Relative);
        if (operation.Body["requestBody"] is { } body)
            request.Content = new StringContent(
                Body(document, body["content"]!["application/json"]!["schema"]!, random, isRight),
                Encoding.UTF8,
                isRight || random.Next(8) > 0 ? "application/json" : "text/plain");
        return request;
    }

    private static JsonNode Resolve(JsonNode document, JsonNode schema) => schema["$ref"]?.GetValue<string>() is { } reference
        ? document["components"]!["schemas"]![reference.Split('/')[^1]]!
        : schema;

    private static string Right(string name, JsonNode schema, string accountId, Random random)
    {
        schema = schema["items"] ?? schema;
        if (schema["enum"]?.AsArray() is { } words)
            return words[random.Next(words.Count)]!.GetValue<string>();
        if (name is "id" or "account")
            return accountId;
        if (name == "Idempotency-Key")
            return random.Next(10) == 0 ? "again" : Guid.NewGuid().ToString();
        if (name == "cursor")
            return "";

        return schema["format"]?.GetValue<string>() switch
        {
            "date-time" => "2026-11-30T02:00:00Z",
            "uuid" => Guid.NewGuid().ToString(),
            "int32" => random.Next(1, 100).ToString(CultureInfo.InvariantCulture),
            _ => "a text",
        };
    }

    private static JsonNode RightValue(string name, JsonNode schema, Random random)
    {
        string[] types = schema["type"] is JsonArray several
            ? [.. several.Select(type => type!.GetValue<string>())]
            : [schema["type"]?.GetValue<string>() ?? "string"];
        return types.Contains("boolean") ? JsonValue.Create(random.Next(2) == 0)
            : types.Contains("integer") ? JsonValue.Create(random.Next(1, 9))
            : types.Contains("array") ? new JsonArray(JsonValue.Create(Right(name, schema, "x", random)))
            : JsonValue.Create(Right(name, schema, "x", random));
    }

    private static string Body(JsonNode document, JsonNode schema, Random random, bool isRight)
    {
        schema = Resolve(document, schema);
        var required = schema["required"]?.AsArray().Select(name => name!.GetValue<string>()).ToList() ?? [];
        var body = new JsonObject();
        foreach (var (name, kind) in schema["properties"]!.AsObject())
        {
            // A campaign needs its accounts in one of two ways, which the document doesn't say.
            if (isRight ? required.Contains(name) || name == "accounts" : random.Next(2) == 0)
                body[name] = RightValue(name, kind!, random);
            else if (!isRight && random.Next(4) > 0)
                body[name] = random.Next(3) switch
                {
                    0 => JsonValue.Create(random.Next()),
                    1 => new JsonArray(new JsonObject { ["deep"] = null }),
                    _ => JsonValue.Create(Odd[random.Next(Odd.Length)]),
                };
        }

        if (!isRight && random.Next(6) == 0)
            body["further"] = Odd[random.Next(Odd.Length)];
        var text = body.ToJsonString();
        return isRight || random.Next(8) > 0 ? text : text[..random.Next(text.Length)];
    }
}
