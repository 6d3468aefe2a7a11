//! What Chinese surnames there are and how they are read; what syllables pinyin has. Data only.

/// Surnames of one character, the commonest first.
pub const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢\
    姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常\
    汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季\
    裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦\
    戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻\
    苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练\
    廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿\
    鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由折种召\
    繁员秘逄宓祭句佴訾郗隗眭钭阎丘傅笪";

/// Surnames of two characters with their readings.
pub const COMPOUND_READINGS: &[(&str, [&str; 2])] = &[
    ("欧阳", ["ou", "yang"]),
    ("太史", ["tai", "shi"]),
    ("端木", ["duan", "mu"]),
    ("上官", ["shang", "guan"]),
    ("司马", ["si", "ma"]),
    ("东方", ["dong", "fang"]),
    ("独孤", ["du", "gu"]),
    ("南宫", ["nan", "gong"]),
    ("万俟", ["mo", "qi"]),
    ("闻人", ["wen", "ren"]),
    ("夏侯", ["xia", "hou"]),
    ("诸葛", ["zhu", "ge"]),
    ("尉迟", ["yu", "chi"]),
    ("公羊", ["gong", "yang"]),
    ("赫连", ["he", "lian"]),
    ("澹台", ["tan", "tai"]),
    ("皇甫", ["huang", "fu"]),
    ("宗政", ["zong", "zheng"]),
    ("濮阳", ["pu", "yang"]),
    ("公冶", ["gong", "ye"]),
    ("太叔", ["tai", "shu"]),
    ("申屠", ["shen", "tu"]),
    ("公孙", ["gong", "sun"]),
    ("慕容", ["mu", "rong"]),
    ("仲孙", ["zhong", "sun"]),
    ("钟离", ["zhong", "li"]),
    ("长孙", ["zhang", "sun"]),
    ("宇文", ["yu", "wen"]),
    ("司徒", ["si", "tu"]),
    ("鲜于", ["xian", "yu"]),
    ("司空", ["si", "kong"]),
    ("闾丘", ["lü", "qiu"]),
    ("子车", ["zi", "ju"]),
    ("亓官", ["qi", "guan"]),
    ("司寇", ["si", "kou"]),
    ("巫马", ["wu", "ma"]),
    ("公西", ["gong", "xi"]),
    ("颛孙", ["zhuan", "sun"]),
    ("壤驷", ["rang", "si"]),
    ("公良", ["gong", "liang"]),
    ("漆雕", ["qi", "diao"]),
    ("乐正", ["yue", "zheng"]),
    ("宰父", ["zai", "fu"]),
    ("谷梁", ["gu", "liang"]),
    ("拓跋", ["tuo", "ba"]),
    ("夹谷", ["jia", "gu"]),
    ("轩辕", ["xuan", "yuan"]),
    ("令狐", ["ling", "hu"]),
    ("段干", ["duan", "gan"]),
    ("百里", ["bai", "li"]),
    ("呼延", ["hu", "yan"]),
    ("东郭", ["dong", "guo"]),
    ("南门", ["nan", "men"]),
    ("羊舌", ["yang", "she"]),
    ("微生", ["wei", "sheng"]),
    ("梁丘", ["liang", "qiu"]),
    ("左丘", ["zuo", "qiu"]),
    ("东门", ["dong", "men"]),
    ("西门", ["xi", "men"]),
    ("第五", ["di", "wu"]),
    ("单于", ["chan", "yu"]),
    ("纳兰", ["na", "lan"]),
    ("叶赫", ["ye", "he"]),
    ("完颜", ["wan", "yan"]),
    ("贺兰", ["he", "lan"]),
    ("耶律", ["ye", "lü"]),
    ("爱新", ["ai", "xin"]),
    ("哥舒", ["ge", "shu"]),
    ("达奚", ["da", "xi"]),
    ("褚师", ["chu", "shi"]),
    ("屈突", ["qu", "tu"]),
];

/// Characters that are read otherwise as a surname than they are elsewhere.
pub const SURNAME_READINGS: &[(char, &str)] = &[
    ('单', "shan"),
    ('仇', "qiu"),
    ('曾', "zeng"),
    ('解', "xie"),
    ('查', "zha"),
    ('区', "ou"),
    ('盖', "ge"),
    ('朴', "piao"),
    ('翟', "zhai"),
    ('覃', "qin"),
    ('员', "yun"),
    ('秘', "bi"),
    ('繁', "po"),
    ('种', "chong"),
    ('折', "she"),
    ('乐', "yue"),
    ('召', "shao"),
    ('缪', "miao"),
    ('洗', "xian"),
    ('句', "gou"),
    ('祭', "zhai"),
    ('阚', "kan"),
    ('粘', "nian"),
    ('都', "du"),
    ('么', "yao"),
    ('隗', "wei"),
    ('薄', "bo"),
    ('佴', "nai"),
    ('牟', "mu"),
    ('卜', "bu"),
    ('重', "chong"),
    ('黑', "he"),
];

/// The syllables of plain pinyin, in the order of their bytes, with the spellings of `ü` that people use.
pub const SYLLABLES: &[&str] = &[
    "a", "ai", "an", "ang", "ao", "ba", "bai", "ban", "bang", "bao", "bei", "ben", "beng", "bi", "bian",
    "biao", "bie", "bin", "bing", "bo", "bu", "ca", "cai", "can", "cang", "cao", "ce", "cen", "ceng", "cha",
    "chai", "chan", "chang", "chao", "che", "chen", "cheng", "chi", "chong", "chou", "chu", "chua", "chuai",
    "chuan", "chuang", "chui", "chun", "chuo", "ci", "cong", "cou", "cu", "cuan", "cui", "cun", "cuo", "da",
    "dai", "dan", "dang", "dao", "de", "dei", "den", "deng", "di", "dia", "dian", "diao", "die", "din",
    "ding", "diu", "dong", "dou", "du", "duan", "dui", "dun", "duo", "e", "ei", "en", "er", "fa", "fan",
    "fang", "fei", "fen", "feng", "fo", "fou", "fu", "ga", "gai", "gan", "gang", "gao", "ge", "gei", "gen",
    "geng", "gong", "gou", "gu", "gua", "guai", "guan", "guang", "gui", "gun", "guo", "ha", "hai", "han",
    "hang", "hao", "he", "hei", "hen", "heng", "hong", "hou", "hu", "hua", "huai", "huan", "huang", "hui",
    "hun", "huo", "ji", "jia", "jian", "jiang", "jiao", "jie", "jin", "jing", "jiong", "jiu", "ju", "juan",
    "jue", "jun", "ka", "kai", "kan", "kang", "kao", "ke", "ken", "keng", "kong", "kou", "ku", "kua", "kuai",
    "kuan", "kuang", "kui", "kun", "kuo", "la", "lai", "lan", "lang", "lao", "le", "lei", "len", "leng",
    "li", "lia", "lian", "liang", "liao", "lie", "lin", "ling", "liu", "long", "lou", "lu", "luan", "lue",
    "lun", "luo", "lv", "lve", "lyu", "lyue", "ma", "mai", "man", "mang", "mao", "me", "mei", "men", "meng",
    "mi", "mian", "miao", "mie", "min", "ming", "miu", "mo", "mou", "mu", "na", "nai", "nan", "nang", "nao",
    "ne", "nei", "nen", "neng", "ni", "nian", "niang", "niao", "nie", "nin", "ning", "niu", "nong", "nou",
    "nu", "nuan", "nue", "nuo", "nv", "nve", "nyu", "nyue", "o", "ou", "pa", "pai", "pan", "pang", "pao",
    "pei", "pen", "peng", "pi", "pian", "piao", "pie", "pin", "ping", "po", "pou", "pu", "qi", "qia", "qian",
    "qiang", "qiao", "qie", "qin", "qing", "qiong", "qiu", "qu", "quan", "que", "qun", "ran", "rang", "rao",
    "re", "ren", "reng", "ri", "rong", "rou", "ru", "ruan", "rui", "run", "ruo", "sa", "sai", "san", "sang",
    "sao", "se", "sen", "seng", "sha", "shai", "shan", "shang", "shao", "she", "shen", "sheng", "shi",
    "shou", "shu", "shua", "shuai", "shuan", "shuang", "shui", "shun", "shuo", "si", "song", "sou", "su",
    "suan", "sui", "sun", "suo", "ta", "tai", "tan", "tang", "tao", "te", "tei", "teng", "ti", "tian",
    "tiao", "tie", "ting", "tong", "tou", "tu", "tuan", "tui", "tun", "tuo", "wa", "wai", "wan", "wang",
    "wei", "wen", "weng", "wo", "wu", "xi", "xia", "xian", "xiang", "xiao", "xie", "xin", "xing", "xiong",
    "xiu", "xu", "xuan", "xue", "xun", "ya", "yan", "yang", "yao", "ye", "yi", "yin", "ying", "yong", "you",
    "yu", "yuan", "yue", "yun", "za", "zai", "zan", "zang", "zao", "ze", "zei", "zen", "zeng", "zha", "zhai",
    "zhan", "zhang", "zhao", "zhe", "zhen", "zheng", "zhi", "zhong", "zhou", "zhu", "zhua", "zhuai", "zhuan",
    "zhuang", "zhui", "zhun", "zhuo", "zi", "zong", "zou", "zu", "zuan", "zui", "zun", "zuo",
];

/// How many bytes of a simplified Han name its surname has; 0 where it has no known surname.
pub fn surname_length(name: &str) -> usize {
    let mut ends = name.char_indices().map(|(at, c)| at + c.len_utf8());
    let (Some(first), second) = (ends.next(), ends.next()) else { return 0 };
    if let Some(second) = second
        && ends.next().is_some()
        && COMPOUND_READINGS.iter().any(|(compound, _)| name.get(..second) == Some(compound))
    {
        return second;
    }
    match name.chars().next() {
        Some(c) if SURNAMES.contains(c) => first,
        _ => 0,
    }
}

/// Splits a lower-case Latin word into pinyin syllables, the longest first; none where that leaves letters over.
pub fn split_syllables(word: &str) -> Option<Vec<&str>> {
    if word.is_empty() || word.len() > 24 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    let mut syllables = Vec::with_capacity(4);
    split_from(word, &mut syllables).then_some(syllables)
}

fn split_from<'a>(word: &'a str, syllables: &mut Vec<&'a str>) -> bool {
    if word.is_empty() {
        return true;
    }
    for length in (1..=word.len().min(6)).rev() {
        let (Some(head), Some(tail)) = (word.get(..length), word.get(length..)) else { continue };
        if SYLLABLES.binary_search(&head).is_ok() {
            syllables.push(head);
            if split_from(tail, syllables) {
                return true;
            }
            syllables.pop();
        }
    }
    false
}
