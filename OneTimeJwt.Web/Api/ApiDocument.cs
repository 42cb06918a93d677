using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

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
    });

    public static void Map(IEndpointRouteBuilder routes) => routes.MapOpenApi("/openapi/{documentName}.json");

    /// <summary>Which failures an operation may end in, for the document.</summary>
    public static TBuilder WithProblems<TBuilder>(this TBuilder endpoint, params ProblemType[] problems)
        where TBuilder : IEndpointConventionBuilder
    {
        foreach (var status in problems.Select(problem => problem.Status).Distinct())
            endpoint.WithMetadata(
                new ProducesResponseTypeMetadata(status, typeof(Microsoft.AspNetCore.Mvc.ProblemDetails), [ApiProblems.ContentType]));
        return endpoint;
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
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = Scheme,
            Description = "A key that was made in the console, or a token of the provider that the settings name.",
        };
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
            if (parameter is { Name: "kind", Schema: OpenApiSchema kind })
                kind.Enum = Words(TrailOperations.Kinds.Keys);
            if (parameter is { Name: "filter", Schema: OpenApiSchema { Items: OpenApiSchema filter } })
                filter.Enum = Words(AccountOperations.Filters);
        }

        return Task.CompletedTask;
    }

    private static IList<JsonNode> Words(IEnumerable<string> words) => [.. words.Select(word => (JsonNode)word)];
}
