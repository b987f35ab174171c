namespace Ale;

/// <summary>The folder of one silo; a second silo on it is refused while SQLite lies in it.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream? _lock;

    private DataFolder(string path, FileStream? held) => (Path, _lock) = (path, held);

    public string Path { get; }

    public static DataFolder Open(string path, bool alone)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(full);
            var probe = System.IO.Path.Combine(full, ".write");
            File.WriteAllText(probe, "");
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException(
                $"The data folder {full} cannot be written: {e.Message} Give another by Ale__Data.", e);
        }

        if (!alone) return new(full, null);
        try
        {
            return new(full, new FileStream(
                System.IO.Path.Combine(full, "silo.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite,
                    FileShare.None));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException(
                $"The data folder {full} is in use by another silo. Stop that one, give another folder "
                + "by Ale__Data, or run both on one PostgreSQL by Ale__Postgres.", e);
        }
    }

    public string FileOf(string name) => System.IO.Path.Combine(Path, name);

    public string Sqlite(string name) => $"Data Source={FileOf(name + ".db")}";

    public void Dispose() => _lock?.Dispose();
}
