using System.Collections.Immutable;
using System.Reflection;

namespace Ale.Users;

/// <summary>
/// The only place where external and internal user ids meet. Bound as a parameter of an endpoint; call it inside
/// <c>EdgeCall.Run</c>, so that a store that does not answer is asked again:
/// <code>(Id id, UserMap users, IGrainFactory grains, EdgeCall edge) => edge.Run(
///     async ct => await grains.User(await users.Internal(id, ct)).Get(ct));</code>
/// </summary>
internal sealed class UserMap(IGrainFactory grains)
{
    /// <summary>Binds to the request.</summary>
    public static ValueTask<UserMap> BindAsync(HttpContext context, ParameterInfo parameter) =>
        new(new UserMap(context.RequestServices.GetRequiredService<IGrainFactory>()));

    /// <summary>The internal id; an unknown person gets one, durable before this returns.</summary>
    public Task<UserId> Internal(string external, CancellationToken ct) => grains.UserIds().Internal(external, ct);

    /// <summary>As <see cref="Internal(string, CancellationToken)"/>; null (a guest) stays null.</summary>
    public async Task<UserId?> InternalOrGuest(string? external, CancellationToken ct) =>
        external is null ? null : await Internal(external, ct);

    /// <summary>The internal id, or null: nobody has this external one.</summary>
    public Task<UserId?> Find(string external, CancellationToken ct) => grains.UserIds().Find(external, ct);

    /// <summary>The external id; null: a guest, or erased.</summary>
    public async Task<string?> External(UserId? user, CancellationToken ct) =>
        user is { } one ? (await External([one], ct)).GetValueOrDefault(one) : null;

    /// <summary>External ids of many at once; erased ones are left out.</summary>
    public Task<ImmutableDictionary<UserId, string>> External(IEnumerable<UserId> users, CancellationToken ct) =>
        grains.UserIds().External([.. users.Distinct()], ct);
}
