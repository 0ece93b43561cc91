namespace CryoSpin.Cli.Parsing;

/// <summary>Finds what the user probably meant.</summary>
internal static class NearestName
{
    /// <summary>The candidate with the fewest typing errors against <paramref name="typed"/>, or null if none is near.</summary>
    public static string? Find(string typed, IEnumerable<string> candidates)
    {
        string word = typed.TrimStart('-').ToLowerInvariant();
        if (word.Length == 0) return null;
        return (from candidate in candidates
                let name = candidate.TrimStart('-').ToLowerInvariant()
                let distance = Distance(word, name)
                let near = distance <= Math.Max(1, Math.Max(word.Length, name.Length) / 3)
                let prefix = word.Length >= 2 && name.StartsWith(word, StringComparison.Ordinal)
                where near || prefix
                // A beginning of a name is a better guess than a word that happens to need few changes.
                orderby prefix ? 0 : 1, distance, name
                select candidate).FirstOrDefault();
    }

    /// <summary>Number of insertions, deletions, substitutions and swaps of neighbours that lead from one word to the other.</summary>
    public static int Distance(string a, string b)
    {
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (int j = 0; j <= b.Length; j++) d[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }
        return d[a.Length, b.Length];
    }
}
