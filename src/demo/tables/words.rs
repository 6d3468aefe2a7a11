//! What people say in surveys, tickets, reviews and posts, from the worst to the best.

/// By mood: bad, middling, good.
pub const COMMENTS: [&[&str]; 3] = [
    &[
        "物流太慢了，等了十天",
        "客服一直不回复",
        "Arrived broken, still waiting for the refund",
        "价格比别家贵, 不会再买",
        "尺码不对\n退货也麻烦",
        "The parcel was left in the rain",
        "说好的\"次日达\"呢",
    ],
    &["还可以", "一般般", "OK for the price", "包装可以再好一点", "Fine, nothing special", "发货速度正常"],
    &[
        "非常满意，会推荐给朋友",
        "Great service, thank you!",
        "质量很好, 已经回购三次",
        "店员态度特别好",
        "Fast delivery and \"just right\"",
        "性价比高",
    ],
];

/// Posts about a brand by mood, `{}` stands for the brand.
pub const POSTS: [&[&str]; 3] = [
    &["{}的售后真的失望", "Never again with {}", "{} 又涨价了"],
    &["有人用过{}吗？", "Comparing {} with others today", "{}开了新店"],
    &["{}这次活动很划算！", "Loving my order from {}", "{}客服超级耐心 👍"],
];

pub const TOPICS: &[&str] = &["delivery", "return", "payment", "product", "account", "invoice"];
pub const PLATFORMS: &[&str] = &["weibo", "xiaohongshu", "douyin", "x", "zhihu"];
pub const ASPECTS: &[&str] = &["delivery_speed", "return_policy", "support", "price", "assortment"];
pub const STORE_REGIONS: &[&str] = &["华北", "华东", "华南", "西南", "华中"];
