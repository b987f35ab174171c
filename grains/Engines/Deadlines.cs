namespace Ale.Engines;

/// <summary>
/// Deadlines of many things, the next first. A binary heap in one array: no object a deadline. What is removed is
/// dropped when it comes up, or when such entries are more than half of all.
/// </summary>
/// <param name="isOpen">True while the thing has this deadline. Asked of each before it is told of.</param>
internal sealed class Deadlines(Func<string, DateTimeOffset, bool> isOpen)
{
    private const int ShrinkFrom = 64;

    private (DateTimeOffset At, string Id)[] _heap = [];
    private int _count, _removed;

    /// <summary>The next deadline; null: there is none.</summary>
    public DateTimeOffset? Next => _count == 0 ? null : _heap[0].At;

    /// <summary>Adds one. The thing has it already.</summary>
    public void Add(DateTimeOffset at, string id)
    {
        if (_count == _heap.Length) Array.Resize(ref _heap, Math.Max(4, _count * 2));
        _heap[_count] = (at, id);
        Rise(_count++);
    }

    /// <summary>Says that one is over. The thing has it no more.</summary>
    public void Removed()
    {
        _removed++;
        if (_count >= ShrinkFrom && _removed > _count / 2) Rebuild();
        while (_count > 0 && !isOpen(_heap[0].Id, _heap[0].At)) Pop();
        if (_count == 0) (_heap, _removed) = (_heap.Length > ShrinkFrom ? [] : _heap, 0);
    }

    /// <summary>What is due at <paramref name="now"/>, the earliest first, those of one instant by id.</summary>
    public List<(DateTimeOffset At, string Id)> Due(DateTimeOffset now)
    {
        var due = new List<(DateTimeOffset At, string Id)>();
        Gather(0);
        due.Sort(static (a, b) =>
            a.At.CompareTo(b.At) is var byTime and not 0 ? byTime : string.CompareOrdinal(a.Id, b.Id));
        for (var i = due.Count - 1; i > 0; i--)
            if (due[i] == due[i - 1]) due.RemoveAt(i); // removed and added again with the same deadline
        return due;

        void Gather(int i)
        {
            if (i >= _count || _heap[i].At > now) return;
            if (isOpen(_heap[i].Id, _heap[i].At)) due.Add(_heap[i]);
            Gather((2 * i) + 1);
            Gather((2 * i) + 2);
        }
    }

    private void Rebuild()
    {
        var kept = 0;
        for (var i = 0; i < _count; i++)
            if (isOpen(_heap[i].Id, _heap[i].At)) _heap[kept++] = _heap[i];
        Array.Clear(_heap, kept, _count - kept);
        (_count, _removed) = (kept, 0);
        if (_heap.Length > _count * 4) Array.Resize(ref _heap, Math.Max(4, _count * 2));
        for (var i = (_count / 2) - 1; i >= 0; i--) Sink(i);
    }

    private void Pop()
    {
        _heap[0] = _heap[--_count];
        _heap[_count] = default;
        if (_removed > 0) _removed--;
        Sink(0);
    }

    private void Rise(int i)
    {
        var entry = _heap[i];
        for (int parent; i > 0 && _heap[parent = (i - 1) / 2].At > entry.At; i = parent) _heap[i] = _heap[parent];
        _heap[i] = entry;
    }

    private void Sink(int i)
    {
        if (i >= _count) return;
        var entry = _heap[i];
        while (true)
        {
            var child = (2 * i) + 1;
            if (child >= _count) break;
            if (child + 1 < _count && _heap[child + 1].At < _heap[child].At) child++;
            if (_heap[child].At >= entry.At) break;
            _heap[i] = _heap[child];
            i = child;
        }

        _heap[i] = entry;
    }
}
