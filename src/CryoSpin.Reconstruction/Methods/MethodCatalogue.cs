using CryoSpin.Reconstruction.Methods.CryoAi;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Methods;

/// <summary>The methods beside the default one, by name.</summary>
internal static class MethodCatalogue
{
    /// <summary>The method that the options ask for; null for the default method and its variants, which have a course of their own.</summary>
    public static IPoseMethod? Create(MethodOptions options) => options.Name switch
    {
        ReconstructionMethod.CryoSpin or ReconstructionMethod.Amortized => null,
        ReconstructionMethod.CryoDrgn2 => new PoseSearchMethod(),
        ReconstructionMethod.CryoDrgnAi => new PoseTableMethod(),
        ReconstructionMethod.CryoAi => new CryoAiMethod(new CryoAiSettings
        {
            Volume = options.Volume ?? VolumeKind.Network,
            Copies = ImageFlip.Copies(options.ImageCopies ?? ImageFlip.All.Count),
        }),
        ReconstructionMethod.CryoSparc => new CryoSparcMethod(),
        _ => throw new ArgumentException($"The method '{options.Name}' is not known.", nameof(options)),
    };
}
