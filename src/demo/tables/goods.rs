//! What is sold, and by whom else.

/// A category: its name, the middle price in hundredths of CNY, the share of the price that the goods cost in percent.
pub const CATEGORIES: &[(&str, i64, i64)] = &[
    ("apparel", 19_900, 48),
    ("shoes", 32_900, 52),
    ("beauty", 15_900, 40),
    ("home", 12_900, 55),
    ("electronics", 89_900, 78),
    ("grocery", 4_900, 74),
    ("baby", 13_900, 60),
    ("sports", 24_900, 55),
    ("books", 4_500, 62),
    ("toys", 9_900, 57),
];

pub const COMPETITORS: &[&str] = &["Lotus Mart", "Harbour", "快选"];
pub const OWN_BRAND: &str = "Jade & Co";
pub const MARKETPLACES: &[&str] = &["tmall", "jd"];
pub const SEARCHES: &[&str] = &[
    "连衣裙",
    "running shoes",
    "面膜",
    "保温杯",
    "wireless earphones",
    "纸尿裤",
    "瑜伽垫",
    "children's books",
    "积木",
    "零食",
];
pub const INTERESTS: &[&str] = &[
    "fashion",
    "sports",
    "cooking",
    "travel",
    "parenting",
    "gaming",
    "reading",
    "photography",
    "pets",
    "garden",
];
pub const INDUSTRIES: &[&str] = &[
    "manufacturing",
    "hospitality",
    "education",
    "retail",
    "construction",
    "finance",
    "healthcare",
    "software",
];
pub const COMPANY_SIZES: &[&str] = &["1-9", "10-49", "50-249", "250+"];
pub const EDUCATIONS: &[&str] = &["secondary", "vocational", "bachelor", "master", "doctorate"];
pub const INCOME_BANDS: &[&str] = &["0-50k", "50k-100k", "100k-200k", "200k-500k", "500k+"];
pub const COMPANY_WORDS: &[&str] = &[
    "华夏",
    "东方",
    "天成",
    "新世纪",
    "宏达",
    "瑞丰",
    "金桥",
    "博远",
    "恒信",
    "盛泰",
    "海润",
    "正和",
    "嘉禾",
    "鼎新",
    "云帆",
    "智远",
];
pub const COMPANY_FIELDS: &[&str] =
    &["贸易", "科技", "餐饮管理", "建筑工程", "教育咨询", "电子", "物流", "酒店管理"];
pub const COMPANY_FORMS: &[&str] = &["有限公司", "有限责任公司", "股份有限公司", "(集团)有限公司"];
