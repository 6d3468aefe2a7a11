//! Waterfalls as SVG: one below the other, all on one scale, so that they can be compared.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{Bar, ReportError, extent};

/// A waterfall with its title.
pub struct Titled {
    pub title: String,
    pub bars: Vec<Bar>,
}

const WIDTH: i32 = 960;
const ROW: i32 = 26;
const TITLE: i32 = 40;
const MARGIN: i32 = 16;
/// Where bars begin and end; labels stand to the left, figures to the right.
const LEFT: i32 = 400;
const RIGHT: i32 = 850;

const ADDS: RGBColor = RGBColor(44, 123, 182);
const TAKES: RGBColor = RGBColor(215, 100, 40);
const TOTAL: RGBColor = RGBColor(70, 70, 70);
const FAINT: RGBColor = RGBColor(190, 190, 190);

/// Draws waterfalls; text is text, so that it can be searched.
pub fn svg(waterfalls: &[Titled]) -> Result<String, ReportError> {
    let height_of = |of: &Titled| TITLE + ROW * of.bars.len() as i32 + MARGIN;
    let height = (MARGIN * 2 + waterfalls.iter().map(height_of).sum::<i32>()) as u32;
    let (least, most) = extent(waterfalls.iter().flat_map(|of| &of.bars));
    let scale = |bits: f64| LEFT + ((bits - least) / (most - least) * f64::from(RIGHT - LEFT)).round() as i32;
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH as u32, height)).into_drawing_area();
        area.fill(&WHITE).map_err(ReportError::new)?;
        let mut top = MARGIN;
        for waterfall in waterfalls {
            draw(&area, waterfall, top, &scale).map_err(ReportError::new)?;
            top += height_of(waterfall);
        }
        area.present().map_err(ReportError::new)?;
    }
    Ok(svg)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn<'a> = Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

fn draw<'a>(area: &Area<'a>, of: &Titled, top: i32, scale: &dyn Fn(f64) -> i32) -> Drawn<'a> {
    let font = |size: i32| ("sans-serif", size).into_font();
    let text = |size: i32, side: HPos| font(size).color(&BLACK).pos(Pos::new(side, VPos::Center));
    area.draw(&Text::new(of.title.clone(), (MARGIN, top + TITLE / 2), text(19, HPos::Left)))?;
    let top = top + TITLE;
    let bottom = top + ROW * of.bars.len() as i32;
    area.draw(&PathElement::new(vec![(scale(0.0), top), (scale(0.0), bottom)], FAINT))?;
    for (at, bar) in of.bars.iter().enumerate() {
        let middle = top + ROW * at as i32 + ROW / 2;
        let whole = bar.from == 0.0 && (at == 0 || at + 1 == of.bars.len());
        let colour = match bar.bits {
            _ if whole => TOTAL,
            bits if bits < 0.0 => TAKES,
            _ => ADDS,
        };
        area.draw(&Text::new(bar.name.clone(), (MARGIN, middle), text(16, HPos::Left)))?;
        area.draw(&Text::new(beside(bar), (LEFT - 14, middle), text(15, HPos::Right)))?;
        let (from, to) = (scale(bar.from.min(bar.to)), scale(bar.from.max(bar.to)));
        area.draw(&Rectangle::new([(from, middle - 8), (to.max(from + 1), middle + 8)], colour.filled()))?;
        if at + 1 < of.bars.len() {
            let end = scale(bar.to);
            area.draw(&PathElement::new(vec![(end, middle + 8), (end, middle + ROW - 8)], FAINT))?;
        }
        let figure = format!("{:+.2} bits", bar.bits);
        area.draw(&Text::new(figure, (WIDTH - MARGIN, middle), text(15, HPos::Right)))?;
    }
    Ok(())
}

/// The level and the values beside a bar, as far as there is room.
fn beside(bar: &Bar) -> String {
    const ROOM: usize = 42;
    let text = match (bar.level.is_empty(), bar.values.is_empty()) {
        (_, true) => bar.level.clone(),
        (true, false) => bar.values.clone(),
        (false, false) => format!("{}: {}", bar.level, bar.values),
    };
    if text.chars().count() <= ROOM { text } else { text.chars().take(ROOM - 1).chain(['…']).collect() }
}
