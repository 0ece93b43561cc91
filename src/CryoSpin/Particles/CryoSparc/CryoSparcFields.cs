namespace CryoSpin.Particles.CryoSparc;

/// <summary>Names of the fields of cryoSPARC's particle datasets, and of the columns that carry some of them through a star file.</summary>
internal static class CryoSparcFields
{
    public const string Uid = "uid";
    public const string Path = "blob/path";
    public const string Index = "blob/idx";
    public const string Shape = "blob/shape";
    public const string PixelSize = "blob/psize_A";
    public const string Sign = "blob/sign";
    public const string ImportSignature = "blob/import_sig";

    public const string CtfType = "ctf/type";
    public const string ExposureGroup = "ctf/exp_group_id";
    public const string Voltage = "ctf/accel_kv";
    public const string Aberration = "ctf/cs_mm";
    public const string AmplitudeContrast = "ctf/amp_contrast";
    public const string DefocusU = "ctf/df1_A";
    public const string DefocusV = "ctf/df2_A";
    public const string AstigmatismAngle = "ctf/df_angle_rad";
    public const string PhaseShift = "ctf/phase_shift_rad";
    public const string Scale = "ctf/scale";
    public const string ScaleConstant = "ctf/scale_const";
    public const string BFactor = "ctf/bfactor";
    public const string ImageShift = "ctf/shift_A";
    public const string Tilt = "ctf/tilt_A";
    public const string Trefoil = "ctf/trefoil_A";
    public const string Tetrafoil = "ctf/tetra_A";
    public const string Magnification = "ctf/anisomag";

    public const string MicrographPath = "location/micrograph_path";
    public const string MicrographShape = "location/micrograph_shape";
    public const string MicrographUid = "location/micrograph_uid";
    public const string MicrographPixelSize = "location/micrograph_psize_A";
    public const string MicrographGroup = "location/exp_group_id";
    public const string CentreX = "location/center_x_frac";
    public const string CentreY = "location/center_y_frac";
    public const string PickScore = "pick_stats/ncc_score";
    public const string CtfFit = "ctf/ctf_fit_to_A";
    public const string CtfScore = "ctf/cross_corr_ctffind4";

    /// <summary>The group of a refined pose, without its slash.</summary>
    public const string Alignment = "alignments3D";

    /// <summary>Column of the uid: a text, since it does not fit a star file's numbers.</summary>
    public const string UidColumn = "csparcUid";

    /// <summary>Column of blob/sign: -1 where the images on the disk are dark on light.</summary>
    public const string SignColumn = "csparcSign";

    /// <summary>What an exposure group's number stands behind in rlnOpticsGroupName.</summary>
    public const string GroupPrefix = "exposureGroup";

    /// <summary>Column of the contrast scale that cryoSPARC fitted to each particle; RELION has no such column.</summary>
    public const string AlphaColumn = "csparcAlpha";
}
