using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Ale.Edge;

/// <summary>An example of a body, shown in the API document.</summary>
internal sealed record BodyExample(object Value);

/// <summary>
/// The API document, <c>/openapi/v1.json</c>, and its page, <c>/reference</c>. Each operation says by
/// <c>x-ale-permissions</c> what it asks for and by <c>x-ale-roles</c> who has that; an open one has neither.
/// </summary>
internal static class EdgeDocument
{
    private const string SchemeName = "bearer", IdPattern = "^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$";

    // Nothing outside this server is ever loaded, whatever the page's script would like.
    private const string PageRules = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' "
        + "'unsafe-inline'; connect-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' "
        + "blob:; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";

    public static void Add(IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "Ale", Version = "v1", Description = "Live-commerce backend." };
            document.Servers?.Clear();
            document.Components ??= new();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[SchemeName] =
                new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT" };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(Describe);
        options.AddSchemaTransformer((schema, context, _) =>
        {
            var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
            if (IsId(type)) (schema.Type, schema.Pattern) = (JsonSchemaType.String, IdPattern);
            // What has a converter of its own says nothing of itself, and a list of it has no items then.
            else if (schema.Type?.HasFlag(JsonSchemaType.Array) == true && schema.Items is null
                && type.GetInterfaces().Append(type).Any(IsListOfIds))
                schema.Items = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = IdPattern };
            return Task.CompletedTask;
        });
    });

    private static bool IsId(Type type) =>
        type == typeof(Id) || type == typeof(SkuCode) || type == typeof(CouponCode);

    private static bool IsListOfIds(Type type) => type.IsGenericType
        && type.GetGenericTypeDefinition() == typeof(IEnumerable<>) && IsId(type.GetGenericArguments()[0]);

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").Open();
        var page = app.MapGroup("").Allow(Permission.ReferenceRead).ExcludeFromDescription();
        page.AddEndpointFilter((context, next) =>
        {
            context.HttpContext.Response.Headers.ContentSecurityPolicy = PageRules;
            return next(context);
        });
        page.MapScalarApiReference("/reference", options =>
        {
            options.Title = "Ale API";
            options.DefaultFonts = false;
            options.Telemetry = false;
            options.ProxyUrl = null;
            options.HideClientButton = true;
            options.PersistentAuthentication = false;
            options.ShowDeveloperTools = DeveloperToolsVisibility.Never;
            options.DisableAgent();
            options.DisableMcp();
        });
    }

    private static async Task Describe(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var method = context.Description.HttpMethod ?? "GET";
        operation.OperationId ??= NameOf(method, context.Description.RelativePath ?? "");
        operation.Parameters ??= [];
        foreach (var query in metadata.OfType<QueryTaken>())
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = query.Name,
                In = ParameterLocation.Query,
                Description = query.Description,
                Schema = new OpenApiSchema { Type = query.IsNumber ? JsonSchemaType.Integer : JsonSchemaType.String },
            });
        foreach (var header in metadata.OfType<HeaderTaken>())
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = header.Name,
                In = ParameterLocation.Header,
                Required = header.Required,
                Description = header.Description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        if (metadata.OfType<BodyExample>().LastOrDefault() is { } example
            && operation.RequestBody?.Content is { } content && content.TryGetValue("application/json", out var body))
            body.Example = System.Text.Json.JsonSerializer.SerializeToNode(example.Value, EdgeJson.Options);

        var open = metadata.OfType<IAllowAnonymous>().Any();
        if (!open)
        {
            Permission[] permissions =
                [.. metadata.OfType<Allowed>().SelectMany(allowed => allowed.Permissions).Distinct()];
            operation.Extensions ??= new Dictionary<string, IOpenApiExtension>();
            operation.Extensions["x-ale-permissions"] = List(permissions.Select(Access.NameOf));
            operation.Extensions["x-ale-roles"] = List(Access.RolesOf(permissions));
            operation.Security =
                [new() { [new OpenApiSecuritySchemeReference(SchemeName, context.Document)] = [] }];
        }
        var schema = await context.GetOrCreateSchemaAsync(typeof(Problem), cancellationToken: ct);
        var hasPath = operation.Parameters.Any(parameter => parameter.In == ParameterLocation.Path);
        int[] statuses =
        [
            .. operation.Parameters.Count > 0 || operation.RequestBody is not null ? [400] : Array.Empty<int>(),
            .. open ? Array.Empty<int>() : [401, 403],
            .. hasPath ? [404] : Array.Empty<int>(),
            .. HttpMethods.IsGet(method) ? Array.Empty<int>() : [409],
            503,
        ];
        operation.Responses ??= [];
        foreach (var status in statuses)
            operation.Responses.TryAdd(status.ToString(CultureInfo.InvariantCulture), new OpenApiResponse
            {
                Description = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status),
                Content = new Dictionary<string, OpenApiMediaType> { [Problem.MediaType] = new() { Schema = schema } },
            });
    }

    private static JsonNodeExtension List(IEnumerable<string> names) =>
        new(new JsonArray([.. names.Select(name => (JsonNode)name)]));

    // put /api/skus/{sku}/receipts/{id} is putSkusReceipts…: stable as long as the address is.
    private static string NameOf(string method, string path)
    {
        var words = path.Split(['/', '{', '}', '-', '.', '_', '?', ':'], StringSplitOptions.RemoveEmptyEntries)
            .SkipWhile(word => word == "api").Select(word => char.ToUpperInvariant(word[0]) + word[1..]);
        return method.ToLowerInvariant() + string.Concat(words);
    }
}

/// <summary>What an endpoint adds to its part of the document.</summary>
internal static class EdgeDocumentBuilder
{
    /// <summary>Shows <paramref name="body"/> as the example of the request's body.</summary>
    public static RouteHandlerBuilder WithExample(this RouteHandlerBuilder builder, object body) =>
        builder.WithMetadata(new BodyExample(body));
}
