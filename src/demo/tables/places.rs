//! Cities, districts and streets, at home and abroad.

/// A Chinese city.
#[derive(Debug)]
pub struct City {
    pub province: &'static str,
    pub name: &'static str,
    /// The first four digits.
    pub postcode: u32,
    pub districts: [&'static str; 4],
}

/// A city abroad, with the shape of its addresses.
#[derive(Debug)]
pub struct ForeignCity {
    pub country: &'static str,
    pub region: &'static str,
    pub name: &'static str,
    pub postcode: &'static str,
    pub streets: &'static [&'static str],
}

/// The largest first.
pub const CITIES: &[City] = &[
    City {
        province: "北京市",
        name: "北京市",
        postcode: 1000,
        districts: ["朝阳区", "海淀区", "东城区", "丰台区"],
    },
    City {
        province: "上海市",
        name: "上海市",
        postcode: 2000,
        districts: ["浦东新区", "徐汇区", "静安区", "闵行区"],
    },
    City {
        province: "广东省",
        name: "广州市",
        postcode: 5100,
        districts: ["天河区", "越秀区", "海珠区", "番禺区"],
    },
    City {
        province: "广东省",
        name: "深圳市",
        postcode: 5180,
        districts: ["南山区", "福田区", "罗湖区", "宝安区"],
    },
    City {
        province: "浙江省",
        name: "杭州市",
        postcode: 3100,
        districts: ["西湖区", "上城区", "拱墅区", "滨江区"],
    },
    City {
        province: "四川省",
        name: "成都市",
        postcode: 6100,
        districts: ["武侯区", "锦江区", "青羊区", "成华区"],
    },
    City {
        province: "江苏省",
        name: "南京市",
        postcode: 2100,
        districts: ["鼓楼区", "玄武区", "秦淮区", "建邺区"],
    },
    City {
        province: "湖北省",
        name: "武汉市",
        postcode: 4300,
        districts: ["武昌区", "江汉区", "洪山区", "汉阳区"],
    },
    City {
        province: "重庆市",
        name: "重庆市",
        postcode: 4000,
        districts: ["渝中区", "江北区", "沙坪坝区", "渝北区"],
    },
    City {
        province: "陕西省",
        name: "西安市",
        postcode: 7100,
        districts: ["雁塔区", "碑林区", "未央区", "莲湖区"],
    },
    City {
        province: "江苏省",
        name: "苏州市",
        postcode: 2150,
        districts: ["姑苏区", "吴中区", "虎丘区", "相城区"],
    },
    City {
        province: "天津市",
        name: "天津市",
        postcode: 3000,
        districts: ["和平区", "南开区", "河西区", "河东区"],
    },
    City {
        province: "湖南省",
        name: "长沙市",
        postcode: 4100,
        districts: ["岳麓区", "芙蓉区", "天心区", "雨花区"],
    },
    City {
        province: "山东省",
        name: "青岛市",
        postcode: 2660,
        districts: ["市南区", "市北区", "崂山区", "黄岛区"],
    },
    City {
        province: "河南省",
        name: "郑州市",
        postcode: 4500,
        districts: ["金水区", "二七区", "中原区", "管城区"],
    },
    City {
        province: "辽宁省",
        name: "沈阳市",
        postcode: 1100,
        districts: ["和平区", "沈河区", "铁西区", "皇姑区"],
    },
    City {
        province: "福建省",
        name: "厦门市",
        postcode: 3610,
        districts: ["思明区", "湖里区", "集美区", "海沧区"],
    },
    City {
        province: "浙江省",
        name: "宁波市",
        postcode: 3150,
        districts: ["海曙区", "鄞州区", "江北区", "镇海区"],
    },
    City {
        province: "云南省",
        name: "昆明市",
        postcode: 6500,
        districts: ["五华区", "盘龙区", "官渡区", "西山区"],
    },
    City {
        province: "山东省",
        name: "济南市",
        postcode: 2500,
        districts: ["历下区", "市中区", "槐荫区", "天桥区"],
    },
    City {
        province: "安徽省",
        name: "合肥市",
        postcode: 2300,
        districts: ["蜀山区", "庐阳区", "包河区", "瑶海区"],
    },
    City {
        province: "黑龙江省",
        name: "哈尔滨市",
        postcode: 1500,
        districts: ["南岗区", "道里区", "香坊区", "道外区"],
    },
    City {
        province: "广西壮族自治区",
        name: "南宁市",
        postcode: 5300,
        districts: ["青秀区", "兴宁区", "西乡塘区", "江南区"],
    },
    City {
        province: "贵州省",
        name: "贵阳市",
        postcode: 5500,
        districts: ["云岩区", "南明区", "观山湖区", "花溪区"],
    },
];

pub const ROADS: &[&str] = &[
    "人民路",
    "中山路",
    "解放路",
    "建设路",
    "和平路",
    "新华路",
    "文化路",
    "青年路",
    "长江路",
    "黄河路",
    "北京路",
    "南京路",
    "上海路",
    "幸福路",
    "胜利路",
    "光明路",
    "公园路",
    "学院路",
    "体育路",
    "滨河路",
    "科技路",
    "工业路",
    "迎宾大道",
    "世纪大道",
    "朝阳街",
    "东风街",
    "友谊街",
    "民主街",
    "红旗街",
    "花园街",
];

pub const ESTATES: &[&str] = &[
    "阳光花园",
    "幸福家园",
    "金色家园",
    "锦绣花园",
    "东方名城",
    "翠湖苑",
    "丽景湾",
    "世纪城",
    "万达广场",
    "紫荆苑",
    "碧桂苑",
    "和谐家园",
    "星河湾",
    "绿洲城",
    "海棠苑",
    "玫瑰园",
];

const US_STREETS: &[&str] = &[
    "Oak Street",
    "Maple Avenue",
    "Main Street",
    "Washington Boulevard",
    "Lake Drive",
    "Cedar Lane",
    "Park Avenue",
    "Hill Road",
    "Pine Street",
    "2nd Street",
];
const JP_STREETS: &[&str] = &["Jingumae", "Umeda", "Ebisu", "Shibuya", "Namba", "Aoyama"];
const DE_STREETS: &[&str] =
    &["Hauptstraße", "Schulstraße", "Gartenstraße", "Bahnhofstraße", "Bergstraße", "Lindenstraße"];
const GB_STREETS: &[&str] =
    &["High Street", "Station Road", "Church Lane", "Victoria Road", "Mill Lane", "Queen's Road"];
const SG_STREETS: &[&str] = &["Orchard Road", "Bukit Timah Road", "Serangoon Road", "River Valley Road"];
const HK_STREETS: &[&str] = &["彌敦道", "皇后大道中", "軒尼詩道", "英皇道", "廣東道"];

pub const FOREIGN_CITIES: &[ForeignCity] = &[
    ForeignCity {
        country: "US",
        region: "CA",
        name: "San Francisco",
        postcode: "94103",
        streets: US_STREETS,
    },
    ForeignCity { country: "US", region: "NY", name: "New York", postcode: "10011", streets: US_STREETS },
    ForeignCity { country: "US", region: "IL", name: "Chicago", postcode: "60614", streets: US_STREETS },
    ForeignCity { country: "US", region: "TX", name: "Austin", postcode: "78704", streets: US_STREETS },
    ForeignCity {
        country: "JP", region: "東京都", name: "Tokyo", postcode: "150-0001", streets: JP_STREETS
    },
    ForeignCity {
        country: "JP", region: "大阪府", name: "Osaka", postcode: "530-0001", streets: JP_STREETS
    },
    ForeignCity { country: "DE", region: "Berlin", name: "Berlin", postcode: "10115", streets: DE_STREETS },
    ForeignCity { country: "DE", region: "Bayern", name: "München", postcode: "80331", streets: DE_STREETS },
    ForeignCity {
        country: "GB",
        region: "England",
        name: "London",
        postcode: "SW1A 1AA",
        streets: GB_STREETS,
    },
    ForeignCity {
        country: "GB",
        region: "Scotland",
        name: "Edinburgh",
        postcode: "EH1 1YZ",
        streets: GB_STREETS,
    },
    ForeignCity {
        country: "SG",
        region: "Singapore",
        name: "Singapore",
        postcode: "238801",
        streets: SG_STREETS,
    },
    ForeignCity { country: "HK", region: "Hong Kong", name: "Hong Kong", postcode: "", streets: HK_STREETS },
    ForeignCity { country: "HK", region: "Kowloon", name: "Kowloon", postcode: "", streets: HK_STREETS },
];
