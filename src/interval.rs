//! Intervals of shares.
//!
//! In: a share and among how many it was counted. Out: its 95 % interval. It knows nothing of what was counted.

/// The 97.5th percentile of the normal distribution: intervals are of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// The lower and the upper end after Wilson, which hold for few observations and for shares near 0 and 1, too.
pub(crate) fn wilson(share: f64, observations: f64) -> (f64, f64) {
    let square = Z * Z / observations;
    let centre = (share + square / 2.0) / (1.0 + square);
    let half =
        Z / (1.0 + square) * (share * (1.0 - share) / observations + square / (4.0 * observations)).sqrt();
    // Rounding must not leave 0 and 1 outside.
    (
        (centre - half).clamp(0.0, share),
        (centre + half).clamp(share, 1.0),
    )
}
