using System.Runtime.InteropServices;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Campaigns;

internal sealed partial class Placement
{
    public static readonly SnapshotCodec<Placement> Snapshots = SnapshotCodec<Placement>.Of(
        PlacementJson.Default.FrozenPlacement, meaning: 2, s => s.Freeze(), Thaw, s => s.Entries, InOrder);

    private FrozenPlacement Freeze() => new(Terms, BudgetLine, TermsVersion, IsLive, LiveStep, IsPausedByHand, BidMinor,
        SpendMinor, Results, WindowSpendMinor, WindowResults, [.. _holds], [.. _endedInOrder.Where(IsCurrent)],
        [.. _events.Select(day => new KeyValuePair<int, byte[]>(day.Key, Bytes(day.Value)))], [.. Steps], StepCount,
        [.. _unposted], PostAt, Postings, InPosting, IsBudgetHeld, IsBudgetRefused, Return, [.. Keys.Entries]);

    private static FrozenPlacement InOrder(FrozenPlacement s) => s with
    {
        Holds = [.. s.Holds.OrderBy(h => h.Key, StringComparer.Ordinal)],
        EventIds = [.. s.EventIds.Select(day => new KeyValuePair<int, byte[]>(day.Key, Sorted(day.Value)))],
    };

    private bool IsCurrent(EndedAuthorisation ended) => _ended.TryGetValue(ended.Id, out var current)
        && ReferenceEquals(current, ended);

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private readonly record struct EventMark(long Id, int Content) : IComparable<EventMark>
    {
        public int CompareTo(EventMark other) => Id.CompareTo(other.Id);
    }

    private static byte[] Bytes(Dictionary<long, int> ids)
    {
        var marks = new EventMark[ids.Count];
        var i = 0;
        foreach (var (id, content) in ids) marks[i++] = new(id, content);
        return MemoryMarshal.AsBytes(marks.AsSpan()).ToArray();
    }

    private static byte[] Sorted(byte[] bytes)
    {
        MemoryMarshal.Cast<byte, EventMark>(bytes.AsSpan()).Sort();
        return bytes;
    }

    private static Placement Thaw(FrozenPlacement f)
    {
        var placement = new Placement
        {
            Terms = f.Terms,
            BudgetLine = f.BudgetLine,
            TermsVersion = f.TermsVersion,
            Keys = RememberedKeys<long>.Of(f.Keys),
            IsLive = f.IsLive,
            LiveStep = f.LiveStep,
            IsPausedByHand = f.IsPausedByHand,
            BidMinor = f.BidMinor,
            SpendMinor = f.SpendMinor,
            Results = f.Results,
            WindowSpendMinor = f.WindowSpendMinor,
            WindowResults = f.WindowResults,
            Steps = [.. f.Steps],
            StepCount = f.StepCount,
            PostAt = f.PostAt,
            Postings = f.Postings,
            InPosting = f.InPosting,
            IsBudgetHeld = f.IsBudgetHeld,
            IsBudgetRefused = f.IsBudgetRefused,
            Return = f.Return,
        };
        foreach (var (id, hold) in f.Holds)
        {
            placement._holds.Add(id, hold);
            placement._expiries.Add(hold.ExpiresAt, id);
            placement.HeldMinor += hold.AmountMinor;
        }

        foreach (var ended in f.Ended) placement.Keep(ended);
        foreach (var (month, amount) in f.Unposted) placement._unposted[month] = amount;
        foreach (var (day, bytes) in f.EventIds)
        {
            var ids = new Dictionary<long, int>(bytes.Length / 12);
            foreach (var mark in MemoryMarshal.Cast<byte, EventMark>(bytes)) ids[mark.Id] = mark.Content;
            placement._events[day] = ids;
            placement.EventCount += ids.Count;
        }

        return placement;
    }
}
