//! Names, places and goods that the sample is made of. Common words only; nobody in particular.

pub mod chinese;
pub mod goods;
pub mod places;
pub mod western;
pub mod words;
