using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ale.Kernel;
using Orleans.Concurrency;

namespace Ale.Users;

[StatelessWorker]
internal sealed class UserIds(UserIdMap map) : Grain, IUserIds
{
    public Task<UserId> Internal(string externalId, CancellationToken ct) => map.Internal(externalId, ct).AsTask();

    public Task<UserId?> Find(string externalId, CancellationToken ct) => map.Find(externalId, ct).AsTask();

    public Task<ImmutableDictionary<UserId, string>> External(ImmutableArray<UserId> users, CancellationToken ct) =>
        map.External(users, ct).AsTask();
}

[StatelessWorker]
internal sealed class People(IPeopleStore store, UserIdMap map, JournalClock time) : Grain, IPeople
{
    private const string BirthDate = "birth_date", Name = "name", Phone = "phone", DateForm = "yyyy-MM-dd";

    public async Task<Outcome<UserProfile>> PutProfile(UserId user, UserProfile profile, CancellationToken ct)
    {
        // The day may have begun elsewhere already.
        if (profile.BirthDate > DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime.AddHours(14)))
            return UserRefusals.BadBirthDate;
        if (await UserIdMap.Asked(() => store.Key(user.Value, PersonSeal.NewKey(), ct)) is not { } key)
            return UserRefusals.Unknown;
        var fields = new List<SealedField>();
        void Seal(string name, string? text)
        {
            if (text is not null) fields.Add(PersonSeal.Seal(key, user, name, text));
        }

        Seal(BirthDate, profile.BirthDate?.ToString(DateForm, CultureInfo.InvariantCulture));
        Seal(Name, profile.Name);
        Seal(Phone, profile.Phone);
        var at = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (!await UserIdMap.Asked(() => store.Put(user.Value, fields, at, ct))) return UserRefusals.Unknown;
        return await Profile(user, ct);
    }

    public async Task<Outcome<UserProfile>> Profile(UserId user, CancellationToken ct)
    {
        if (await UserIdMap.Asked(() => store.Read(user.Value, ct)) is not { } person) return UserRefusals.Unknown;
        if (person.Key is not { } key) return new UserProfile();
        var fields = person.Fields.ToDictionary(
            f => f.Name, f => PersonSeal.Open(key, user, f), StringComparer.Ordinal);
        return new UserProfile(
            fields.TryGetValue(BirthDate, out var day)
                ? DateOnly.ParseExact(day, DateForm, CultureInfo.InvariantCulture) : null,
            fields.GetValueOrDefault(Name), fields.GetValueOrDefault(Phone));
    }

    public async Task<Outcome<PersonErased>> Erase(string externalId, string key, CancellationToken ct)
    {
        // The receipt must tell a repeat without telling who it was.
        var receipt = SHA256.HashData(Encoding.UTF8.GetBytes($"{externalId}/{key}"));
        return await map.Erase(externalId, receipt, ct) is { } at ? new PersonErased(at) : UserRefusals.Unknown;
    }
}
