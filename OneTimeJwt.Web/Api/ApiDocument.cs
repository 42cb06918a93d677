using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Api;

/// <summary>The OpenAPI document. It is for everybody: it describes the program and has no data, and tools read it without a key.</summary>
internal static class ApiDocument
{
    private const string Name = "v1";
    private const string Scheme = "bearer";

    public static void Add(IServiceCollection services) => services.AddOpenApi(Name, document =>
    {
        document.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        document.ShouldInclude = operation =>
            operation.RelativePath?.StartsWith(ApiModule.Root.TrimStart('/'), StringComparison.OrdinalIgnoreCase) == true;
        document.AddDocumentTransformer(DescribeAsync);
        document.AddOperationTransformer(DescribeAsync);
        document.AddSchemaTransformer(DescribeAsync);
    });

    public static void Map(IEndpointRouteBuilder routes) => routes.MapOpenApi("/openapi/{documentName}.json");

    /// <summary>Which failures an operation may end in, for the document.</summary>
    public static TBuilder WithProblems<TBuilder>(this TBuilder endpoint, params ProblemType[] problems)
        where TBuilder : IEndpointConventionBuilder
    {
        foreach (var status in problems.Select(problem => problem.Status).Distinct())
            endpoint.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(ProblemDetails), [ApiProblems.ContentType]));
        return endpoint.WithMetadata(new ListedProblems(problems));
    }

    private static Task DescribeAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "One-Time JWT",
            Version = Name,
            Description = "Recovery of accounts for programs. No answer has a link or a token in it.",
        };
        document.Servers = [new OpenApiServer { Url = context.ApplicationServices.GetRequiredService<PublicOrigin>().Value }];
        document.AddComponent(Scheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = Scheme,
            Description = "A key that was made in the console, or a token of the provider that the settings name.",
        });
        return Task.CompletedTask;
    }

    private static Task DescribeAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<RequiredScope>().FirstOrDefault() is { } scope)
        {
            operation.Description = $"Needs the scope `{scope.Name}`.";
            operation.Security =
            [
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] },
            ];
        }

        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            if (parameter.Name == ActOperations.KeyHeader)
                parameter.Required = true;
            // One type in clients, here and in the lines that are found.
            if (parameter.Name == "kind")
                parameter.Schema = new OpenApiSchemaReference(nameof(RecoveryEventKind), context.Document);
            if (parameter is { Name: "filter", Schema: OpenApiSchema { Items: OpenApiSchema filter } })
                filter.Enum = Words(AccountOperations.Filters);
        }

        var problems = context.Description.ActionDescriptor.EndpointMetadata.OfType<ListedProblems>()
            .SelectMany(list => list.Types)
            .ToLookup(type => type.Status.ToString(CultureInfo.InvariantCulture));
        foreach (var (status, response) in operation.Responses ?? [])
        {
            if (response is OpenApiResponse answer && problems.Contains(status))
                answer.Description = string.Join(' ', problems[status].Select(type => $"`{type.Name}`: {type.Title}"));
        }

        return Task.CompletedTask;
    }

    // RFC 9457 lets all fields be missing; here these always come.
    private static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonTypeInfo.Type != typeof(ProblemDetails))
            return Task.CompletedTask;

        foreach (var name in new[] { "type", "title", "status" })
        {
            if (schema.Properties is null || !schema.Properties.TryGetValue(name, out var found) || found is not OpenApiSchema field)
                continue;
            field.Type &= ~JsonSchemaType.Null;
            (schema.Required ??= new HashSet<string>()).Add(name);
            if (name == "type")
                field.Description = $"`{ProblemType.Prefix}` and a name that stays as it is.";
        }

        return Task.CompletedTask;
    }

    private static IList<JsonNode> Words(IEnumerable<string> words) => [.. words.Select(word => (JsonNode)word)];

    /// <summary>In which failures an operation may end.</summary>
    private sealed record ListedProblems(IReadOnlyList<ProblemType> Types);
}
