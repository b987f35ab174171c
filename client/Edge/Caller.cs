using System.Collections.Immutable;
using System.Reflection;
using System.Security.Claims;

namespace Ale.Edge;

/// <summary>Who calls, as his token says; bound as a parameter of endpoints.</summary>
/// <param name="Subject">The claim <c>sub</c>: for role <c>user</c> the external user id; empty without a
/// token.</param>
/// <param name="Roles">His roles; none without a token.</param>
internal sealed record Caller(string Subject, IReadOnlyList<string> Roles)
{
    private static readonly Caller Nobody = new("", []);

    /// <summary>Acts for others: <c>service</c> or <c>ops</c>.</summary>
    public bool IsBackend => Roles.Contains(Edge.Roles.Service) || Roles.Contains(Edge.Roles.Ops);

    /// <summary>Who he is as one of the house; null: a buyer or viewer, of whom nothing is kept.</summary>
    public string? StaffId =>
        Subject.Length > 0 && Roles.Any(role => role is not (Edge.Roles.User or Edge.Roles.Viewer)) ? Subject : null;

    /// <summary>The roles whose work he may see; null: everybody's, for a backend.</summary>
    public ImmutableArray<string>? RolesActedFor => IsBackend ? null : [.. Roles];

    /// <summary>True when one of his roles has <paramref name="permission"/>.</summary>
    public bool May(Permission permission) => Access.Allows(Roles, [permission]);

    /// <summary>Answers 403 unless one of his roles has <paramref name="permission"/>.</summary>
    public void Must(Permission permission)
    {
        if (!May(permission)) throw new ProblemException(Problem.OfStatus(403)!);
    }

    /// <summary>
    /// The user that a request is about: a backend's is the one it names (null: a guest), anybody else's is himself,
    /// and naming another is 403 <c>auth.not_yours</c>.
    /// </summary>
    public string? Own(string? named)
    {
        if (IsBackend) return named;
        if (named is not null && named != Subject) throw new ProblemException(NotYours);
        return Limits.IsId(Subject) ? Subject : throw new ProblemException(NotAnId);
    }

    /// <summary>As <see cref="Own(string?)"/> where a user must be named, as in a path.</summary>
    public string Own(Id named) => Own(named.Value)!;

    /// <summary>True when the thing of <paramref name="owner"/> may be seen; another's is answered as
    /// unknown.</summary>
    public bool Sees(string? owner, Permission everybodys) =>
        IsBackend || (owner is not null && owner == Subject)
        || Roles.Any(role => role != Edge.Roles.User && Access.Allows([role], [everybodys]));

    /// <summary>The caller of a request.</summary>
    public static ValueTask<Caller> BindAsync(HttpContext context, ParameterInfo parameter) => new(Of(context.User));

    /// <summary>The caller that a token's claims describe.</summary>
    public static Caller Of(ClaimsPrincipal principal)
    {
        if (principal.Identity is not ClaimsIdentity { IsAuthenticated: true } identity) return Nobody;
        return new(identity.FindFirst("sub")?.Value ?? "",
            [.. identity.FindAll(identity.RoleClaimType).Select(claim => claim.Value)]);
    }

    private static readonly Problem NotYours = new(403, "auth.not_yours", "This belongs to another user.");

    private static readonly Problem NotAnId =
        new(403, "auth.forbidden", "The token's subject cannot be a user's id: " + Id.Form);
}
