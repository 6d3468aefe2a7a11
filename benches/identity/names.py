"""Names and places that the generator draws from, commonest first. Lists only; how often each is drawn lives elsewhere."""

# Chinese surnames, commonest first, with their readings as surnames.
CHINESE_SURNAMES = [pair.split(":") for pair in """
王:wang 李:li 张:zhang 刘:liu 陈:chen 杨:yang 黄:huang 赵:zhao 吴:wu 周:zhou 徐:xu 孙:sun 马:ma 朱:zhu 胡:hu 郭:guo
何:he 林:lin 高:gao 罗:luo 郑:zheng 梁:liang 谢:xie 宋:song 唐:tang 许:xu 邓:deng 韩:han 冯:feng 曹:cao 彭:peng
曾:zeng 肖:xiao 田:tian 董:dong 潘:pan 袁:yuan 蔡:cai 蒋:jiang 余:yu 于:yu 杜:du 叶:ye 程:cheng 魏:wei 苏:su 吕:lv
丁:ding 任:ren 卢:lu 姚:yao 沈:shen 钟:zhong 姜:jiang 崔:cui 谭:tan 陆:lu 范:fan 汪:wang 廖:liao 石:shi 金:jin
韦:wei 贾:jia 夏:xia 付:fu 方:fang 邹:zou 熊:xiong 白:bai 孟:meng 秦:qin 邱:qiu 侯:hou 江:jiang 尹:yin 薛:xue
闫:yan 段:duan 雷:lei 龙:long 黎:li 史:shi 陶:tao 贺:he 毛:mao 郝:hao 顾:gu 龚:gong 邵:shao 万:wan 覃:qin 武:wu
钱:qian 戴:dai 严:yan 莫:mo 孔:kong 向:xiang 常:chang 汤:tang 康:kang 施:shi 文:wen 牛:niu 樊:fan 葛:ge 邢:xing
单:shan 仇:qiu 解:xie 区:ou 欧阳:ouyang 司马:sima 上官:shangguan 诸葛:zhuge
""".split()]

# Characters of Chinese given names, roughly commonest first, with their readings.
GIVEN_CHARACTERS = [pair.split(":") for pair in """
伟:wei 芳:fang 娜:na 敏:min 静:jing 丽:li 强:qiang 磊:lei 军:jun 洋:yang 勇:yong 艳:yan 杰:jie 娟:juan 涛:tao 明:ming
超:chao 秀:xiu 霞:xia 平:ping 刚:gang 桂:gui 英:ying 华:hua 玉:yu 萍:ping 红:hong 鹏:peng 辉:hui 建:jian 文:wen
斌:bin 宇:yu 浩:hao 凯:kai 健:jian 俊:jun 帆:fan 雪:xue 梅:mei 琳:lin 欣:xin 晨:chen 峰:feng 飞:fei 波:bo 宁:ning
佳:jia 嘉:jia 子:zi 梓:zi 轩:xuan 涵:han 怡:yi 诗:shi 雨:yu 思:si 梦:meng 婷:ting 倩:qian 颖:ying 莹:ying 洁:jie
慧:hui 丹:dan 蕾:lei 薇:wei 晶:jing 璐:lu 瑶:yao 琪:qi 楠:nan 博:bo 志:zhi 国:guo 海:hai 林:lin 龙:long 亮:liang
东:dong 晓:xiao 春:chun 庆:qing 云:yun 兰:lan 凤:feng 新:xin 成:cheng 立:li 永:yong 泽:ze 昊:hao 天:tian 睿:rui
铭:ming 哲:zhe 瑞:rui 翔:xiang 旭:xu 阳:yang 康:kang 乐:le 安:an 亦:yi 一:yi 诺:nuo 可:ke 心:xin 语:yu 若:ruo
曦:xi 彤:tong 妍:yan 悦:yue 萱:xuan 馨:xin 菲:fei 淑:shu 珍:zhen 素:su 金:jin 福:fu 德:de 宝:bao 家:jia 祥:xiang
荣:rong 根:gen 生:sheng 利:li 学:xue 忠:zhong 义:yi 胜:sheng 兵:bing 光:guang 振:zhen 宏:hong 彬:bin 鑫:xin 松:song
柏:bai 森:sen 楷:kai 航:hang 远:yuan 恒:heng 毅:yi 达:da 威:wei 力:li 清:qing 源:yuan 泉:quan 江:jiang 河:he
湘:xiang 川:chuan 岩:yan 冰:bing 霖:lin 露:lu 月:yue 星:xing 晴:qing 岚:lan 蓉:rong 莉:li 芬:fen 芝:zhi 香:xiang
莲:lian 菊:ju 巧:qiao 翠:cui 珊:shan 珠:zhu 琴:qin 瑛:ying 璇:xuan 媛:yuan 婉:wan 妮:ni 姗:shan 蓓:bei 茜:qian
""".split()]

# First names of Western people with what they are called for short.
FIRST_NAMES = [entry.split(":") for entry in """
james:jim,jamie john:jack,johnny robert:bob,rob mary:molly,polly michael:mike,mick william:bill,will elizabeth:liz,beth
david:dave,davey richard:dick,rich joseph:joe,joey thomas:tom,tommy margaret:maggie,peggy charles:charlie,chuck
patricia:pat,trish jennifer:jen,jenny barbara:barb,babs susan:sue,susie daniel:dan,danny matthew:matt,matty
christopher:chris,kit anthony:tony,ant steven:steve,stevie andrew:andy,drew joshua:josh kenneth:ken,kenny george:georgie
edward:ed,ted jessica:jess,jessie sarah:sally,sadie katherine:kate,kathy nicholas:nick,nicky timothy:tim,timmy
benjamin:ben,benny samuel:sam,sammy alexander:alex,sandy jonathan:jon,jonny gregory:greg rebecca:becky,becca
stephanie:steph deborah:debbie,deb rachel:rach victoria:vicky,tori amanda:mandy christine:chrissie,tina
frederick:fred,freddie henry:harry,hal lawrence:larry,laurie leonard:len,lenny raymond:ray ronald:ron,ronnie
donald:don,donnie gerald:gerry,jerry douglas:doug peter:pete philip:phil patrick:paddy,pat abigail:abby,gail
eleanor:ellie,nell isabella:bella,izzy charlotte:lottie,charlie catherine:cathy,cat frances:fran,frankie dorothy:dot,dolly
florence:flo,florrie harriet:hattie,harry josephine:jo,josie jacqueline:jackie,jacqui judith:judy,jude kimberly:kim
lillian:lily,lil lucinda:lucy,cindy madeleine:maddy,mads natalie:nat,tally nathaniel:nate,nathan oliver:ollie,noll
pamela:pam penelope:penny,pen philippa:pip,pippa priscilla:cilla,prissy roderick:rod,roddy roland:roly rosemary:rose,romy
sebastian:seb,bas stanley:stan sylvia:syl,sylvie terence:terry,tel theodore:theo,ted theresa:tess,terry valerie:val
vincent:vince,vinny virginia:ginny,gina walter:wally,walt winifred:winnie,freda zachary:zach,zak
mark paul brian kevin ruth gary scott laura helen anna emma amy julia grace olivia ava sophia mia chloe ella ruby
lewis callum connor liam noah ethan logan mason dylan owen ryan luke adam aaron kyle craig neil ian graham keith
nigel trevor clive howard malcolm gavin stuart duncan fiona heather hazel ivy iris ida jean joan joyce june karen
linda lynn maria marie nora paula robin sharon tracy wendy yvonne zoe alice amber april audrey beryl carol claire
""".split()]

# Less common first names are made of these.
FIRST_NAME_STARTS = """al ar ber bri cal car cor dal dar del el em er fal gar gil hal har is jan jar jor kal kar kel lan
lar leo lor mal mar mel mer mir nal nor or pal per ral ren ros sal sel ser shan tal ter tor val var ver wil yal zan
""".split()
FIRST_NAME_ENDS = """a an ana ard aine bert ca da den dra ela ena eth fina frid ia ian ice ina is issa ita ius la len
lie lina lo lyn ma man mina mond na nard nia o ora ren ric rina sa shia son ta tha tin ton tria us va vin wen yn
""".split()

# Surnames of Western people; less common ones are made of a start and an end.
SURNAMES = """smith jones taylor brown williams wilson johnson davies robinson wright thompson evans walker white
roberts green hall wood jackson clarke harris clark lewis scott cooper king moore turner ward martin watson morris
anderson edwards baker hughes allen carter mitchell phillips lee parker bennett campbell bell murphy kelly cook
richardson bailey collins shaw murray russell hill adams miller chapman marshall simpson stevens rogers reid graham
ellis mason hunt palmer owen knight webb holmes mills fox stone lloyd grant west ford dean hart page day may lane""".split()
SURNAME_STARTS = """ash beck black brad brook burn car chester clay cliff cole cran crom darn dun east ed elm fair farn
field frost gar glen good grim hal ham hart hather hazel hen hol hop kings lang lin long lyn mar mel mer mill nor
oak old pem pen pick pres rad raven red rich ros rush sand sedge shel sher sil stan sum sut thorn tre up wal war
wester whit wid win wood wor yar""".split()
SURNAME_ENDS = """beck bourne bridge brook bury by combe cott croft dale den don field ford gate ham hill holme house
hurst land ley low man mere mont more ridge sby shaw stead stock stone sworth thorpe ton tree wall water way wick
win wood worth yard""".split()

# Cities with the first three digits of their postcodes, largest first.
CHINESE_CITIES = [entry.split(":") for entry in """
上海:shanghai:200 北京:beijing:100 深圳:shenzhen:518 广州:guangzhou:510 成都:chengdu:610 重庆:chongqing:400
天津:tianjin:300 武汉:wuhan:430 杭州:hangzhou:310 西安:xian:710 郑州:zhengzhou:450 南京:nanjing:210 长沙:changsha:410
沈阳:shenyang:110 青岛:qingdao:266 苏州:suzhou:215 济南:jinan:250 哈尔滨:haerbin:150 合肥:hefei:230 昆明:kunming:650
大连:dalian:116 宁波:ningbo:315 厦门:xiamen:361 福州:fuzhou:350 长春:changchun:130 石家庄:shijiazhuang:050
南宁:nanning:530 贵阳:guiyang:550 南昌:nanchang:330 太原:taiyuan:030 无锡:wuxi:214 温州:wenzhou:325 泉州:quanzhou:362
兰州:lanzhou:730 海口:haikou:570 呼和浩特:huhehaote:010 银川:yinchuan:750 西宁:xining:810 珠海:zhuhai:519 惠州:huizhou:516
""".split()]

# Cities with the area letters of their postcodes, largest first.
WESTERN_CITIES = [entry.split(":") for entry in """
london:se birmingham:b manchester:m glasgow:g leeds:ls liverpool:l sheffield:s bristol:bs edinburgh:eh leicester:le
coventry:cv bradford:bd cardiff:cf nottingham:ng belfast:bt newcastle:ne sunderland:sr brighton:bn plymouth:pl
wolverhampton:wv derby:de stoke:st southampton:so swansea:sa reading:rg aberdeen:ab norwich:nr luton:lu oxford:ox
cambridge:cb york:yo bath:ba exeter:ex chester:ch durham:dh lincoln:ln preston:pr dundee:dd ipswich:ip swindon:sn
""".split()]
