//! Precision, recall and F1 over the threshold, as SVG.

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use super::ReportError;
use crate::identity::evaluation::{AtThreshold, Evaluation};
use crate::identity::measure::Scores;

const SIZE: (u32, u32) = (960, 900);

const PRECISION: RGBColor = RGBColor(44, 123, 182);
const RECALL: RGBColor = RGBColor(215, 100, 40);
const F1: RGBColor = RGBColor(60, 140, 70);

/// Draws pairwise scores above B³; what is published stands as broken lines across.
pub fn svg(evaluation: &Evaluation) -> Result<String, ReportError> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE).map_err(ReportError::new)?;
        let halves = area.split_evenly((2, 1));
        let panels = [("Pairs", Panel::Pairwise), ("Records (B³)", Panel::BCubed)];
        for (half, (title, panel)) in halves.iter().zip(panels) {
            draw(half, title, panel, evaluation)?;
        }
        area.present().map_err(ReportError::new)?;
    }
    Ok(svg)
}

#[derive(Clone, Copy)]
enum Panel {
    Pairwise,
    BCubed,
}

impl Panel {
    fn of(self, quality: &crate::identity::measure::Quality) -> Scores {
        match self {
            Self::Pairwise => quality.pairwise,
            Self::BCubed => quality.b_cubed,
        }
    }
}

type Half<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Plot<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Series = (&'static str, RGBColor, fn(&Scores) -> f64);

const SERIES: [Series; 3] =
    [("precision", PRECISION, |of| of.precision), ("recall", RECALL, |of| of.recall), ("F1", F1, |of| of.f1)];

fn draw(half: &Half<'_>, title: &str, panel: Panel, evaluation: &Evaluation) -> Result<(), ReportError> {
    let thresholds = &evaluation.thresholds;
    let bits = |of: Option<&AtThreshold>, otherwise: f64| of.map_or(otherwise, |of| of.bits);
    let range = bits(thresholds.first(), 0.0)..bits(thresholds.last(), 1.0);
    let mut chart = ChartBuilder::on(half)
        .caption(title, ("sans-serif", 24))
        .margin(16)
        .x_label_area_size(46)
        .y_label_area_size(56)
        .build_cartesian_2d(range.clone(), 0.0..1.0)
        .map_err(ReportError::new)?;
    chart
        .configure_mesh()
        .x_desc("threshold in bits (0 bits: probability 0.5; 10 bits: 0.999)")
        .label_style(("sans-serif", 17))
        .axis_desc_style(("sans-serif", 17))
        .x_labels(12)
        .y_labels(11)
        .x_label_formatter(&|bits| format!("{bits:.0}"))
        .y_label_formatter(&|share| format!("{share:.1}"))
        .light_line_style(WHITE)
        .draw()
        .map_err(ReportError::new)?;
    let published = panel.of(&evaluation.published);
    for (name, colour, of) in SERIES {
        let points: Vec<(f64, f64)> =
            thresholds.iter().map(|at| (at.bits, of(&panel.of(&at.quality)))).collect();
        series(&mut chart, name, colour, &points, of(&published), (range.start, range.end))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerLeft)
        .background_style(WHITE.mix(0.9))
        .border_style(RGBColor(190, 190, 190))
        .label_font(("sans-serif", 17))
        .draw()
        .map_err(ReportError::new)
}

fn series(
    chart: &mut Plot<'_, '_>,
    name: &str,
    colour: RGBColor,
    points: &[(f64, f64)],
    published: f64,
    (from, to): (f64, f64),
) -> Result<(), ReportError> {
    let line = LineSeries::new(points.iter().copied(), colour.stroke_width(2)).point_size(3);
    chart
        .draw_series(line)
        .map_err(ReportError::new)?
        .label(format!("{name} (published: {published:.4})"))
        .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], colour.stroke_width(2)));
    let across =
        DashedLineSeries::new([(from, published), (to, published)], 4, 5, colour.mix(0.6).stroke_width(1));
    chart.draw_series(across).map_err(ReportError::new)?;
    Ok(())
}
