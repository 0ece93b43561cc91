using System.Text.RegularExpressions;

namespace CryoSpin.Reporting.Html;

/// <summary>The page's style: one column, neutral in light, dark and print.</summary>
internal static class Stylesheet
{
    // Kept free of the characters & and angle brackets, which XML would escape and a browser would then misread.
    // The colours of the curves are Okabe and Ito's set for all kinds of colour vision (2008).
    private const string PrintColours = """
        --page: #ffffff; --ink: #000000; --soft: #444444; --rule: #bbbbbb; --card: #ffffff;
          --c0: #0072b2; --c1: #d55e00; --c2: #009e73; --c3: #cc79a7; --c4: #e69f00; --c5: #56b4e9; --c6: #6b6b6b; --c7: #8c6d1f;
        """;

    private const string Drawings = """
        svg text { font-family: inherit; fill: var(--ink); } svg .label { font-size: 11.5px; fill: var(--soft); }
        svg .note { font-size: 11px; fill: var(--soft); } svg .title { font-size: 12.5px; }
        svg .grid { stroke: var(--rule); stroke-width: 1; } svg .axis { stroke: var(--soft); stroke-width: 1; fill: none; }
        svg .reference { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 2 3; fill: none; }
        svg .dotted { stroke-dasharray: 2 3.5; } svg .dashdot { stroke-dasharray: 9 3 2 3; } svg .stroke { fill: none; stroke-width: 2; }
        svg .rim { fill: none; stroke: #000000; stroke-width: 3.6; stroke-opacity: 0.8; }
        svg .mark { fill: none; stroke: #ffffff; stroke-width: 1.7; } svg .filled { fill: #ffffff; stroke-width: 0.6; }
        svg .graticule { stroke: #ffffff; stroke-opacity: 0.35; stroke-width: 0.7; fill: none; }
        svg .curve { fill: none; stroke-width: 1.9; stroke-linejoin: round; } svg .dashed { stroke-dasharray: 6 4; }
        svg .s0 { stroke: var(--c0); } svg .s1 { stroke: var(--c1); } svg .s2 { stroke: var(--c2); } svg .s3 { stroke: var(--c3); }
        svg .s4 { stroke: var(--c4); } svg .s5 { stroke: var(--c5); } svg .s6 { stroke: var(--c6); } svg .s7 { stroke: var(--c7); }
        svg .d0 { fill: var(--c0); } svg .d1 { fill: var(--c1); } svg .d2 { fill: var(--c2); } svg .d3 { fill: var(--c3); }
        svg .d4 { fill: var(--c4); } svg .d5 { fill: var(--c5); } svg .d6 { fill: var(--c6); } svg .d7 { fill: var(--c7); }

        """;

    /// <summary>The style of a page.</summary>
    public const string Text = """

        :root { color-scheme: light dark; --page: #fbfbfa; --ink: #1d2125; --soft: #5d6670; --rule: #dcdfe2; --card: #ffffff;
          --c0: #0072b2; --c1: #d55e00; --c2: #009e73; --c3: #cc79a7; --c4: #e69f00; --c5: #56b4e9; --c6: #6b6b6b; --c7: #8c6d1f; }
        @media (prefers-color-scheme: dark) { :root { --page: #16191c; --ink: #e4e7ea; --soft: #9aa4ad; --rule: #33393f; --card: #1d2125;
          --c0: #4aa8e0; --c1: #f08a45; --c2: #2fc79a; --c3: #e09cc3; --c4: #f0b93a; --c5: #86cdf5; --c6: #a5a5a5; --c7: #c9a84c; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; print-color-adjust: exact; }
        main { max-width: 1120px; margin: 0 auto; padding: 28px 24px 48px; }
        h1 { font-size: 25px; font-weight: 600; margin: 0; overflow-wrap: anywhere; }
        h2 { font-size: 17px; font-weight: 600; margin: 34px 0 12px; padding-bottom: 5px; border-bottom: 1px solid var(--rule); }
        h3 { font-size: 15px; font-weight: 600; margin: 22px 0 8px; overflow-wrap: anywhere; }
        p { max-width: 78ch; margin: 6px 0 12px; } .soft, figcaption { color: var(--soft); }
        .message { border-left: 3px solid var(--c1); padding: 4px 12px; }
        .facts { display: flex; flex-wrap: wrap; gap: 10px; margin: 20px 0 4px; }
        .fact { background: var(--card); border: 1px solid var(--rule); border-radius: 6px; padding: 9px 15px; flex: 1 1 auto; }
        .fact b { display: block; font-size: 20px; font-weight: 600; font-variant-numeric: tabular-nums; }
        .fact span { color: var(--soft); font-size: 13px; }
        .row { display: grid; gap: 18px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); align-items: start; }
        .tiles { display: grid; gap: 14px; grid-template-columns: repeat(3, minmax(0, 1fr)); margin-bottom: 8px; }
        figure { margin: 0; } figure svg { display: block; width: 100%; height: auto; max-height: 420px; }
        figcaption { font-size: 13px; margin-top: 4px; max-width: 70ch; } .tiles figure svg { border-radius: 4px; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: 4px 14px 4px 0; border-bottom: 1px solid var(--rule); vertical-align: top;
          overflow-wrap: anywhere; }
        th { font-weight: 500; color: var(--soft); } thead th { font-weight: 600; } .pairs th { width: 42%; }
        .scroll { overflow-x: auto; } .scores td, .scores th { overflow-wrap: normal; padding-right: 12px; }
        .scores td { white-space: nowrap; } .scores .text { white-space: normal; min-width: 130px; } .scores tbody th { color: var(--ink); }
        .best { font-weight: 700; } .range { display: block; color: var(--soft); font-size: 12px; }
        .runs { font-size: 13px; } .failed td, .failed th { color: var(--c1); }
        .maps { display: grid; gap: 8px 12px; grid-template-columns: 130px repeat(4, minmax(0, 1fr));
          align-items: center; margin: 0 0 10px; }
        .maps figcaption { margin: 0; } .maps svg { border-radius: 4px; background: var(--card); } .maps b { overflow-wrap: anywhere; }
        .small { display: grid; gap: 10px 14px; grid-template-columns: repeat(auto-fill, minmax(160px, 1fr)); margin-bottom: 10px; }
        .narrow { max-width: 520px; margin-bottom: 10px; }
        .marks { display: flex; flex-wrap: wrap; gap: 4px 20px; color: var(--soft); font-size: 13px; align-items: center; }
        .marks svg { width: 20px; height: 20px; vertical-align: -5px; margin-right: 5px; }
        code { font: 13px/1.5 ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
        details { margin: 14px 0; } summary { cursor: pointer; color: var(--soft); } details .row, details table { margin-top: 10px; }
        a { color: var(--c0); } footer { margin-top: 36px; color: var(--soft); font-size: 13px; }

        """ + Drawings + "@media print { :root { " + PrintColours + " }\n" + """
          @page { margin: 14mm 12mm; } body { font-size: 12px; } h2, h3 { break-after: avoid; } thead { display: table-header-group; }
          figure, tr, .facts, .maps { break-inside: avoid; } figure svg { max-height: 62mm; } .tiles figure svg { max-height: 52mm; }
          details:not([open]) { display: none; } h2 { margin-top: 22px; } tr, p { orphans: 3; widows: 3; }
          main { max-width: none; padding: 0; } .row { grid-template-columns: repeat(2, minmax(0, 1fr)); }
          .scores { font-size: 10px; } .scores td, .scores th { padding-right: 6px; } .range { font-size: 9px; } }

        """;

    /// <summary>The style of a drawing in a file of its own: for print, its colours written out, as few programs but browsers know variables.</summary>
    public static string StandaloneDrawings { get; } = Regex.Replace(
        Drawings, @"var\((--\w+)\)", use => Regex.Match(PrintColours, use.Groups[1].Value + ": (#[0-9a-f]+);").Groups[1].Value);
}
