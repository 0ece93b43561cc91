using CryoSpin.IO.Star;
using CryoSpin.Optics;

namespace CryoSpin.Particles;

/// <summary>Writes a particle set as RELION 3.1 does.</summary>
internal static class ParticleStarWriter
{
    public static void Write(
        ParticleSet set,
        string path,
        NewPoses? poses,
        IReadOnlyList<int>? randomSubset,
        IReadOnlyList<(string Name, IReadOnlyList<double> Values)> extraColumns,
        IReadOnlyList<(string Name, IReadOnlyList<string> Words)> wordColumns)
    {
        StarFile file = Build(set, path, poses, randomSubset, extraColumns);
        StarTable particles = file.Tables.Single(t => t.Name == "particles");
        foreach ((string name, IReadOnlyList<string> words) in wordColumns) particles.SetColumn(name, words);
        file.Write(path);
    }

    /// <summary>The tables, without a file: for who changes them before they are written.</summary>
    public static StarFile Build(
        ParticleSet set,
        string path,
        NewPoses? poses,
        IReadOnlyList<int>? randomSubset,
        IReadOnlyList<(string Name, IReadOnlyList<double> Values)> extraColumns)
    {
        CheckCount(set, randomSubset?.Count, nameof(randomSubset));
        foreach ((string name, IReadOnlyList<double> values) in extraColumns) CheckCount(set, values.Count, name);
        ParticleSetData data = set.Data;
        StarTable particles = data.Particles.Copy("particles");
        SetImageNames(data, particles, path);
        SetPoses(data, particles, poses);
        if (randomSubset is not null) particles.SetColumn("rlnRandomSubset", randomSubset);
        SetOpticsGroups(data, particles);
        foreach ((string name, IReadOnlyList<double> values) in extraColumns) SetNumbers(particles, name, values);
        StarTable optics = data.Optics is null ? BuildOptics(data) : CompleteOptics(data, data.Optics);
        StarFile output = new(path);
        if (data.Optics is null) output.Add(optics);
        foreach (StarTable table in data.File.Tables)
        {
            output.Add(table == data.Particles ? particles : table == data.Optics ? optics : table);
        }
        return output;
    }

    private static void CheckCount(ParticleSet set, int? count, string name)
    {
        if (count is { } n && n != set.Count) throw new ArgumentException($"{n} values of {name} for {set.Count} particles.", name);
    }

    private static void SetImageNames(ParticleSetData data, StarTable particles, string path)
    {
        StackRenaming renaming = new(path, data.Source);
        string?[] renamed = [.. data.StackNames.Select((name, s) => Rename(name, data.StackPaths[s], renaming))];
        if (Array.TrueForAll(renamed, r => r is null)) return;
        string[] names = particles.GetTexts(ImageNames.Column);
        for (int i = 0; i < names.Length; i++)
        {
            if (renamed[data.StackOf[i]] is not { } stack) continue;
            int at = names[i].IndexOf('@');
            names[i] = string.Concat(names[i].AsSpan(0, at + 1), stack);
        }
        particles.SetColumn(ImageNames.Column, names);
    }

    private static string? Rename(string name, string found, StackRenaming renaming)
    {
        string file = RelionStackName.File(name);
        string? renamed = renaming.Of(file, found);
        return renamed is null || file == name ? renamed : RelionStackName.Of(renamed);
    }

    private static void SetPoses(ParticleSetData data, StarTable particles, NewPoses? poses)
    {
        if (poses is { Change: { } change }) PoseColumns.ChangePriors(particles, data.Poses!, change);
        else if (poses is not null) PoseColumns.Forget(particles);
        if ((poses?.Poses ?? data.Poses) is { } known) PoseColumns.Set(particles, known);
    }

    private static void SetOpticsGroups(ParticleSetData data, StarTable particles)
    {
        if (data.Optics is null)
        {
            particles.SetColumn("rlnOpticsGroup", [.. data.OpticsGroupOf.Select(g => g + 1)]);
        }
        else if (!particles.Has("rlnOpticsGroup"))
        {
            int number = data.Optics.Has("rlnOpticsGroup") ? data.Optics.GetInt32("rlnOpticsGroup", 0) : 1;
            particles.SetColumn("rlnOpticsGroup", [.. Enumerable.Repeat(number, particles.RowCount)]);
        }
    }

    private static void SetNumbers(StarTable table, string name, IReadOnlyList<double> values)
    {
        // Whole numbers are written as such: class numbers and flags must not become 1.000000.
        bool whole = values.All(v => v == Math.Floor(v) && Math.Abs(v) < 1e15);
        table.SetColumn(name, values, whole ? "F0" : "F6");
    }

    private static void SetKnown(
        StarTable table, string name, IReadOnlyList<double> values, Action<StarTable, string, IReadOnlyList<double>> set)
    {
        if (values.All(double.IsFinite)) set(table, name, values);
    }

    private static StarTable BuildOptics(ParticleSetData data)
    {
        IReadOnlyList<OpticsGroup> groups = data.OpticsGroups;
        StarTable optics = new("optics");
        optics.SetColumn("rlnOpticsGroup", [.. Enumerable.Range(1, groups.Count)]);
        optics.SetColumn("rlnOpticsGroupName", [.. groups.Select(g => g.Name)]);
        // What the input does not say is not made up: a reader could not tell it from a measured value.
        SetKnown(optics, "rlnVoltage", [.. groups.Select(g => g.VoltageKilovolts)], SetNumbers);
        SetKnown(optics, "rlnSphericalAberration", [.. groups.Select(g => g.SphericalAberrationMillimeters)], SetNumbers);
        SetKnown(optics, "rlnAmplitudeContrast", [.. groups.Select(g => g.AmplitudeContrast)], (t, name, v) => t.SetColumn(name, v));
        optics.SetColumn("rlnImagePixelSize", [.. groups.Select(g => g.PixelSizeAngstrom)]);
        if (groups.All(g => g.BoxSize > 0)) optics.SetColumn("rlnImageSize", [.. groups.Select(g => g.BoxSize)]);
        optics.SetColumn("rlnImageDimensionality", [.. groups.Select(_ => 2)]);
        AddAberrations(optics, groups);
        return optics;
    }

    // RELION 3.1 looks for these in data_optics only; in older files they stood in the particles' rows.
    private static void AddAberrations(StarTable optics, IReadOnlyList<OpticsGroup> groups)
    {
        if (groups.Any(g => g.BeamTiltXMilliradians != 0 || g.BeamTiltYMilliradians != 0))
        {
            optics.SetColumn("rlnBeamTiltX", [.. groups.Select(g => g.BeamTiltXMilliradians)]);
            optics.SetColumn("rlnBeamTiltY", [.. groups.Select(g => g.BeamTiltYMilliradians)]);
        }
        if (groups.Any(g => !g.Magnification.IsIdentity))
        {
            optics.SetColumn("rlnMagMat00", [.. groups.Select(g => g.Magnification.XX)]);
            optics.SetColumn("rlnMagMat01", [.. groups.Select(g => g.Magnification.XY)]);
            optics.SetColumn("rlnMagMat10", [.. groups.Select(g => g.Magnification.YX)]);
            optics.SetColumn("rlnMagMat11", [.. groups.Select(g => g.Magnification.YY)]);
        }
        if (groups.Any(g => g.IsPhaseFlipped))
        {
            optics.SetColumn("rlnCtfDataArePhaseFlipped", [.. groups.Select(g => g.IsPhaseFlipped ? 1 : 0)]);
        }
        if (groups.Any(g => g.IsPremultiplied))
        {
            optics.SetColumn("rlnCtfDataAreCtfPremultiplied", [.. groups.Select(g => g.IsPremultiplied ? 1 : 0)]);
        }
    }

    // RELION 3.1 refuses an optics table without image size, dimensionality or pixel size.
    private static StarTable CompleteOptics(ParticleSetData data, StarTable input)
    {
        StarTable optics = input.Copy();
        int rows = optics.RowCount;
        if (!optics.Has("rlnOpticsGroup")) optics.SetColumn("rlnOpticsGroup", [.. Enumerable.Range(1, rows)]);
        if (!optics.Has("rlnOpticsGroupName"))
        {
            string[] names = [.. Enumerable.Range(1, rows).Select(r => FormattableString.Invariant($"opticsGroup{r}"))];
            optics.SetColumn("rlnOpticsGroupName", names);
        }
        if (data.PixelSizeGiven) PixelSizeOverride.SetStated(optics, data.OpticsGroups[0].PixelSizeAngstrom);
        if (!optics.Has("rlnImagePixelSize"))
        {
            optics.SetColumn("rlnImagePixelSize", PerRow(data, rows, g => g.PixelSizeAngstrom));
        }
        if (!optics.Has("rlnVoltage")) SetKnown(optics, "rlnVoltage", PerRow(data, rows, g => g.VoltageKilovolts), SetNumbers);
        if (!optics.Has("rlnSphericalAberration"))
        {
            SetKnown(optics, "rlnSphericalAberration", PerRow(data, rows, g => g.SphericalAberrationMillimeters), SetNumbers);
        }
        if (!optics.Has("rlnImageSize") && data.OpticsGroups.All(g => g.BoxSize > 0))
        {
            SetNumbers(optics, "rlnImageSize", PerRow(data, rows, g => g.BoxSize));
        }
        if (!optics.Has("rlnImageDimensionality")) optics.SetColumn("rlnImageDimensionality", [.. Enumerable.Repeat(2, rows)]);
        return optics;
    }

    // The first particle of a row speaks for it; a row without particles takes the first group's value.
    private static double[] PerRow(ParticleSetData data, int rows, Func<OpticsGroup, double> value)
    {
        double[] values = new double[rows];
        Array.Fill(values, value(data.OpticsGroups[0]));
        for (int i = data.ImageIndex.Length - 1; i >= 0; i--)
        {
            values[data.OpticsRowOf![i]] = value(data.OpticsGroups[data.OpticsGroupOf[i]]);
        }
        return values;
    }
}
