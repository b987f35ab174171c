namespace Ale.Edge;

/// <summary>Section <c>Ale:Auth</c>.</summary>
internal sealed class EdgeAuthOptions
{
    public const string Section = "Ale:Auth";

    /// <summary>Address of the OIDC authority whose tokens are taken; absent: tokens signed with the local
    /// key.</summary>
    public string? Authority { get; set; }

    /// <summary>Audience that a token must name. Default <c>ale</c>.</summary>
    public string Audience { get; set; } = "ale";

    /// <summary>Name of the claim with the roles, text or array. Default <c>role</c>.</summary>
    public string RoleClaim { get; set; } = "role";

    /// <summary>Longest time a checked token is taken without checking again, seconds. Default 60, at most
    /// 60.</summary>
    public int CacheSeconds { get; set; } = 60;

    /// <summary>Most checked tokens remembered on a node. Default 100,000 (about 100 MB when full).</summary>
    public int CacheEntriesMax { get; set; } = 100_000;

    internal string? Fault() =>
        Authority is not null && !Uri.TryCreate(Authority, UriKind.Absolute, out _)
            ? $"{Section}:Authority must be the address of an OIDC authority, as https://login.example.org/."
        : Audience.Length == 0 ? $"{Section}:Audience must not be empty."
        : RoleClaim.Length == 0 ? $"{Section}:RoleClaim must not be empty."
        : CacheSeconds is < 0 or > 60 ? $"{Section}:CacheSeconds must be from 0 to 60."
        : CacheEntriesMax is < 2 or > 1_000_000 ? $"{Section}:CacheEntriesMax must be from 2 to 1000000."
        : null;
}
