using CryoSpin.Geometry;

namespace CryoSpin.Particles;

/// <summary>Poses that take the place of a set's own when it is written.</summary>
/// <param name="Poses">One per particle; null where a particle has none.</param>
/// <param name="Change">
/// What was done to the set's own poses to get these, where they are no new alignment: a mirror or a turn of the map. What an alignment
/// says besides poses then stays.
/// </param>
internal sealed record NewPoses(Pose?[] Poses, Func<Pose, Pose>? Change = null)
{
    /// <summary>Poses of a new alignment; null for none.</summary>
    /// <param name="set">Whose particles they are.</param>
    /// <param name="poses">One per particle.</param>
    /// <exception cref="ArgumentException">There are more or fewer poses than particles.</exception>
    public static NewPoses? Of(ParticleSet set, IReadOnlyList<Pose>? poses)
    {
        if (poses is null) return null;
        if (poses.Count != set.Count) throw new ArgumentException($"{poses.Count} poses for {set.Count} particles.", nameof(poses));
        return new NewPoses([.. poses.Select(p => (Pose?)p)]);
    }

    /// <summary>A set's own poses, changed.</summary>
    public static NewPoses Of(ParticleSet set, Func<Pose, Pose> change) =>
        new([.. Enumerable.Range(0, set.Count).Select(i => set.Pose(i) is { } pose ? change(pose) : (Pose?)null)], change);
}
