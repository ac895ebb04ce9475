//! What a heading of a warehouse's table means, in Chinese, Russian, Kyrgyz and English.
//!
//! Every warehouse writes its own, so words within a heading decide and not whole headings; where several could, the
//! sequence of [`kind`] does: `客户单号` is a courier's number and `客户电话` nobody's code.

use super::profile::{LengthUnit, WeightUnit};
use crate::sheets::plain;

/// A longer text is no heading.
const MOST_HEADING_CHARS: usize = 60;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The courier's number.
    Tracking,
    /// Whose it is: a client code, a mark, a name that may hold one.
    Client,
    /// What it weighs.
    Weight,
    /// What all pieces of the row weigh together.
    TotalWeight,
    /// Three sides in one cell.
    Size,
    /// One side.
    Length,
    /// One side.
    Width,
    /// One side.
    Height,
    /// How many pieces.
    Pieces,
    /// What is in it.
    Goods,
    /// When it came.
    Date,
    /// Anything a person remarked.
    Remark,
    /// A shop's order number: the courier's number only when there is no other.
    ShopOrder,
    /// Something that is not needed, and must not be taken for what is.
    Other,
}

/// A kind, and how sure the heading is of it: 0 is certain, 2 needs the contents to agree.
pub type Ranked = (Kind, u8);

/// A heading as it is compared: lower case, simplified Chinese, nothing but letters, digits and single spaces.
pub fn folded(heading: &str) -> String {
    let lower = plain(heading).to_lowercase();
    let words: String = lower.chars().map(|c| if is_separator(c) { ' ' } else { simplified(c) }).collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_separator(c: char) -> bool {
    !c.is_alphanumeric() && !matches!(c, '№' | '#' | '$' | '³')
}

/// The simplified form of the traditional characters that stand in headings; `е` for `ё`.
fn simplified(c: char) -> char {
    const TRADITIONAL: &str =
        "單號運遞蹤嘜麥頭戶編碼員貨實計費長寬體積數備註稱總淨條時間規產內質識別標記電話機訂價額倉庫狀態個說説會順項類ё";
    const SIMPLE: &str =
        "单号运递踪唛麦头户编码员货实计费长宽体积数备注称总净条时间规产内质识别标记电话机订价额仓库状态个说说会顺项类е";
    TRADITIONAL.chars().zip(SIMPLE.chars()).find(|(traditional, _)| *traditional == c).map_or(c, |(_, simple)| simple)
}

/// Words within a heading.
struct Words<'a> {
    text: &'a str,
    tokens: Vec<&'a str>,
}

impl Words<'_> {
    /// Whether one of these stands anywhere in it.
    fn has(&self, parts: &[&str]) -> bool {
        parts.iter().any(|part| self.text.contains(part))
    }

    /// Whether a word begins with one of these.
    fn begins(&self, parts: &[&str]) -> bool {
        parts.iter().any(|part| self.tokens.iter().any(|token| token.starts_with(part)))
    }

    /// Whether one of these is a whole word of it.
    fn is(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.tokens.contains(word))
    }

    /// Whether it is one of these and nothing else.
    fn only(&self, texts: &[&str]) -> bool {
        texts.contains(&self.text)
    }
}

/// What a folded heading means.
pub fn kind(folded: &str) -> Option<Ranked> {
    // `KG-10012` is no heading of weights.
    let has_number = folded.chars().filter(char::is_ascii_digit).count() >= 4;
    if folded.is_empty() || has_number || folded.chars().count() > MOST_HEADING_CHARS {
        return None;
    }
    let words = Words { text: folded, tokens: folded.split(' ').collect() };
    let readers: [fn(&Words<'_>) -> Option<Ranked>; 6] = [unneeded, courier, owner, weight, size, rest];
    readers.iter().find_map(|reader| reader(&words))
}

fn unneeded(words: &Words<'_>) -> Option<Ranked> {
    let is_row_number = words.only(&["№", "#", "no", "n", "nn", "n n", "序", "item", "item no", "s n", "sn", "nr"])
        || words.has(&["序号", "顺序", "行号", "项次", "№ п п", "номер п п", "порядковый"])
        || words.only(&["п п", "пп", "катар номери"]);
    let is_contact =
        words.has(&["电话", "手机", "联系", "地址", "телефон", "адрес", "phone", "mobile", "address", "дарек"])
            || words.is(&["тел", "tel", "whatsapp", "wechat", "微信"]);
    let is_money =
        words.has(&["金额", "价", "运费", "费用", "付款", "货值", "цена", "цене", "стоимост", "сумма", "оплат"])
            || words.has(&["баасы", "төлөм", "тариф", "за кг", "per kg", "price", "amount", "freight", "$"])
            || words.is(&["cost", "value", "paid", "usd", "сом", "юань", "cny", "rmb", "руб"]);
    let is_place = words.has(&["仓位", "库位", "货架", "货位", "城市", "目的", "ячейк", "полк", "стеллаж", "город"])
        || words.has(&["направлен", "destination", "shelf"])
        || words.is(&["cell", "rack", "city", "шаар"]);
    let is_volume = words.has(&["体积", "材积", "抛重", "密度", "объем", "плотност", "volum", "көлөм", "m³", "м³"])
        || words.is(&["cbm", "m3", "м3", "куб", "dim", "density"]);
    let is_rest =
        words.has(&["状态", "快递公司", "物流公司", "操作员", "图片", "照片", "签名", "渠道", "статус", "курьер"])
            || words.has(&[
                "оператор",
                "фото",
                "подпись",
                "carrier",
                "courier company",
                "express company",
                "photo",
                "signature",
            ])
            || words.is(&["status", "operator", "абалы"]);
    let is_shop_order = words.has(&["订单", "交易", "заказ", "order", "буйрутма"]);
    if is_shop_order && !words.has(&["运单", "快递", "трек", "track"]) {
        return Some((Kind::ShopOrder, 0));
    }
    // `客户电话/单号` would be both; a number is worth more than what is not needed.
    let is_number = words.has(&["单号", "трек", "track"]);
    let is_it = is_row_number || ((is_contact || is_money || is_place || is_volume || is_rest) && !is_number);
    is_it.then_some((Kind::Other, 0))
}

fn courier(words: &Words<'_>) -> Option<Ranked> {
    let certain =
        ["运单", "快递单", "快递号", "快递编号", "物流号", "物流单", "物流编号", "包裹号", "包裹单", "包裹编号"];
    let certain_too = ["跟踪", "追踪", "面单号", "邮件号", "货运单", "трек", "track", "waybill", "way bill", "накладн"];
    let in_part = ["单号", "条码", "条形码", "штрих", "barcode", "bar code", "жөнөтмө", "consignment", "cn no"];
    if words.has(&certain) || words.has(&certain_too) || words.is(&["awb", "ttn", "ттн"]) {
        return Some((Kind::Tracking, 0));
    }
    let is_parcel = words.has(&["посылк", "отправлен", "parcel", "shipment", "package", "包裹"]);
    let is_number = words.is(&["no", "number", "id", "код", "code", "№", "num", "коду"]) || words.has(&["номер", "号"]);
    if words.has(&in_part) || (is_parcel && is_number) {
        return Some((Kind::Tracking, 1));
    }
    words.only(&["номер", "номера", "number", "编号", "номери", "快递", "посылка"]).then_some((Kind::Tracking, 2))
}

fn owner(words: &Words<'_>) -> Option<Ranked> {
    let marks = ["唛", "麦头", "会员号", "会员编", "会员码", "会员id", "会员 id", "识别码", "标识", "шифр", "маркиров"];
    let is_person = words.has(&["客户", "会员", "用户", "клиент", "кардар", "customer", "client", "member", "收件人"])
        || words.has(&["получател", "алуучу", "recipient", "consignee", "receiver"]);
    let is_code = words.has(&["编号", "代码", "客户号", "编码", "号码"])
        || words.is(&["код", "коду", "code", "id", "ид", "no", "номер", "номери", "number", "№", "айди"]);
    if words.has(&marks) || (is_person && is_code) || words.begins(&["mark"]) || words.is(&["марка", "айди"]) {
        return Some((Kind::Client, 0));
    }
    if is_person {
        return Some((Kind::Client, 1));
    }
    let is_name = words.has(&["收货人", "姓名", "имя", "фио", "аты жөнү"]) || words.only(&["name", "full name", "аты"]);
    let is_bare =
        words.only(&["код", "code", "коду", "代码", "id", "cargo id", "код карго", "код kg", "user", "owner"]);
    (is_name || is_bare).then_some((Kind::Client, 2))
}

fn weight(words: &Words<'_>) -> Option<Ranked> {
    let is_weight =
        words.has(&["重量", "毛重", "实重", "净重", "公斤", "千克", "斤", "称重", "计费重", "单重", "总重", "总毛重"])
            || words.begins(&[
                "вес",
                "масса",
                "салмак",
                "салмаг",
                "брутто",
                "нетто",
                "weight",
                "kg",
                "кг",
                "wt",
                "gross",
                "kilo",
                "кило",
            ])
            || words.is(&["gw", "g w", "重", "net", "g", "гр", "грамм", "lb", "lbs"])
            || words.begins(&["重", "грамм"])
            || words.has(&["вес", "weight"]) && !words.has(&["извест"]);
    if !is_weight {
        return None;
    }
    let is_total = words.has(&["总", "合计", "общ", "итог", "всего", "жалпы", "баары", "total"]);
    let rank = if words.has(&["净", "нетто", "net"]) && !words.has(&["brutto", "брутто"]) {
        2
    } else {
        u8::from(words.has(&["计费", "расч", "тариф", "charg", "bill", "плат"]))
    };
    Some((if is_total { Kind::TotalWeight } else { Kind::Weight }, rank))
}

fn size(words: &Words<'_>) -> Option<Ranked> {
    let sides = [
        (Kind::Length, words.has(&["长", "длин", "length", "узун"]) || words.is(&["l", "д"])),
        (Kind::Width, words.has(&["宽", "ширин", "width", "туура", "кеңд", "жазыл"]) || words.is(&["w", "ш"])),
        (Kind::Height, words.has(&["高", "высот", "height", "бийик"]) || words.is(&["h", "в"])),
    ];
    let named: Vec<Kind> = sides.iter().filter(|(_, is_named)| *is_named).map(|(kind, _)| *kind).collect();
    let is_size =
        words.has(&["尺寸", "规格", "外箱", "размер", "габарит", "өлчөм", "dimension", "д ш в", "lwh", "дшв"]);
    match named.as_slice() {
        [side] => Some((*side, 0)),
        [_, _, ..] => Some((Kind::Size, 0)),
        [] => (is_size || words.is(&["size", "sizes"])).then_some((Kind::Size, u8::from(!is_size))),
    }
}

fn rest(words: &Words<'_>) -> Option<Ranked> {
    let kinds = [
        (
            Kind::Date,
            words.has(&["日期", "时间", "入库日", "дата", "күнү", "date"])
                || words.is(&["день", "күн", "time", "время"]),
        ),
        (
            Kind::Pieces,
            words.has(&["件数", "箱数", "数量", "个数", "包数", "pieces", "quantity", "qty", "pcs", "колич", "даана"])
                || words.is(&["件", "箱", "кол", "мест", "места", "шт", "pkgs", "ctn", "ctns", "count", "саны"]),
        ),
        (
            Kind::Remark,
            words.has(&[
                "备注",
                "说明",
                "情况",
                "状况",
                "注释",
                "примеч",
                "коммент",
                "замеч",
                "состоян",
                "remark",
                "note",
            ]) || words.has(&["comment", "condition", "эскертүү", "түшүндүрмө"])
                || words.is(&["注", "破损", "прим"]),
        ),
        (
            Kind::Goods,
            words.has(&["品名", "货物", "物品", "商品", "货名", "名称", "内容", "产品", "品类", "товар", "наименов"])
                || words.has(&["описан", "вложен", "содерж", "goods", "descript", "commodity", "product", "content"])
                || words.is(&["груз", "item", "items", "буюм", "буюмдар", "жүк", "вещь", "вещи"]),
        ),
    ];
    kinds.into_iter().find(|(_, is_it)| *is_it).map(|(kind, _)| (kind, 0))
}

/// The unit of weight that a heading names.
pub fn weight_unit(folded: &str) -> Option<WeightUnit> {
    let words = Words { text: folded, tokens: folded.split(' ').collect() };
    let has_ending = |endings: &[&str]| {
        // `重量kg` and `весг` have no space before the unit.
        endings.iter().any(|ending| words.tokens.iter().any(|token| token.ends_with(ending)))
    };
    if words.has(&["公斤", "千克", "кило", "kilo"]) || has_ending(&["kg", "kgs", "кг"]) {
        Some(WeightUnit::Kg)
    } else if words.has(&["斤"]) || words.is(&["jin"]) {
        Some(WeightUnit::Jin)
    } else if words.has(&["克", "грамм", "gram"]) || words.is(&["g", "gr", "г", "гр"]) || has_ending(&["重量g", "重g"])
    {
        Some(WeightUnit::G)
    } else if words.has(&["磅", "фунт"]) || words.is(&["lb", "lbs", "pounds"]) {
        Some(WeightUnit::Lb)
    } else {
        None
    }
}

/// The unit of length that a heading names.
pub fn length_unit(folded: &str) -> Option<LengthUnit> {
    let is_named = |units: &[&str]| {
        units.iter().any(|unit| folded.split(' ').any(|token| token == *unit || cjk_before(token, unit)))
    };
    if folded.contains("毫米") || is_named(&["mm", "мм"]) {
        Some(LengthUnit::Mm)
    } else if folded.contains("厘米") || folded.contains("公分") || is_named(&["cm", "см"]) {
        Some(LengthUnit::Cm)
    } else if folded.contains('米') || is_named(&["m", "м"]) {
        Some(LengthUnit::M)
    } else {
        None
    }
}

/// `长cm`: a unit right after a Chinese character.
fn cjk_before(token: &str, unit: &str) -> bool {
    let before = token.strip_suffix(unit).and_then(|rest| rest.chars().last());
    before.is_some_and(|c| !c.is_ascii() && !c.is_uppercase() && !c.is_lowercase())
}

/// Whether a text says that a row sums up others: `合计`, `Итого:`, `Total 12`.
pub fn is_total(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "итого",
        "всего",
        "итог",
        "жыйынтыгы",
        "жыйынтык",
        "бардыгы",
        "баары",
        "жалпы",
        "total",
        "totals",
        "subtotal",
        "sum",
        "summary",
        "подытог",
        "сумма",
    ];
    const SIGNS: &[&str] =
        &["合计", "总计", "小计", "共计", "累计", "总数", "总重", "总件", "汇总", "总共", "合 计", "总 计", "小 计"];
    let folded = folded(text);
    folded.chars().count() <= MOST_HEADING_CHARS
        && (folded.split(' ').any(|word| WORDS.contains(&word)) || SIGNS.iter().any(|sign| folded.contains(sign)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_many_warehouses_are_understood() {
        let rows: &[(Kind, &[&str])] = &[
            (
                Kind::Tracking,
                &[
                    "快递单号",
                    "運單號",
                    "运单号码",
                    "物流单号",
                    "包裹号",
                    "货运单号",
                    "单号",
                    "条码",
                    "跟踪号",
                    "客户单号",
                    "国内快递单号",
                    "Трек-код",
                    "трек номер",
                    "Номер накладной",
                    "Штрихкод",
                    "Штрих-код",
                    "Трек",
                    "номер посылки",
                    "Код посылки",
                    "Tracking No.",
                    "TRACKING NUMBER",
                    "Track",
                    "Waybill",
                    "Parcel no",
                    "Barcode",
                    "AWB",
                    "трек-номери",
                ],
            ),
            (
                Kind::Client,
                &[
                    "唛头",
                    "嘜頭",
                    "麦头",
                    "客户编号",
                    "客户代码",
                    "客户",
                    "会员号",
                    "收件人",
                    "会员ID",
                    "客戶編號",
                    "код",
                    "Код клиента",
                    "Клиент",
                    "Маркировка",
                    "Шифр",
                    "ID клиента",
                    "Client code",
                    "Customer",
                    "customer code",
                    "Mark",
                    "SHIPPING MARK",
                    "Marks",
                    "Кардардын коду",
                    "client",
                    "Получатель",
                ],
            ),
            (
                Kind::Weight,
                &[
                    "重量",
                    "毛重(KG)",
                    "实重",
                    "计费重量",
                    "重量kg",
                    "重量/公斤",
                    "斤",
                    "公斤",
                    "Вес",
                    "вес, кг",
                    "Вес(кг)",
                    "масса",
                    "кг",
                    "Вес брутто",
                    "Салмагы",
                    "Weight (kg)",
                    "Gross weight",
                    "KGS",
                    "G.W.",
                    "重(kg)",
                    "вес_кг",
                    "weight_kg",
                ],
            ),
            (Kind::TotalWeight, &["总重量(kg)", "Общий вес", "Total weight", "總重", "Вес итого", "жалпы салмагы"]),
            (
                Kind::Size,
                &[
                    "尺寸(cm)",
                    "长*宽*高",
                    "Размер, см",
                    "Габариты",
                    "Size",
                    "L x W x H",
                    "Д*Ш*В",
                    "Dimensions (mm)",
                    "规格",
                ],
            ),
            (Kind::Length, &["长(cm)", "Длина", "length_cm", "L", "узундугу"]),
            (Kind::Width, &["宽", "Ширина, мм", "width"]),
            (Kind::Height, &["高(厘米)", "Высота", "height_cm"]),
            (Kind::Pieces, &["件数", "数量", "Кол-во", "Количество мест", "pcs", "Qty", "шт", "Мест"]),
            (Kind::Goods, &["品名", "货物", "Товар", "Наименование", "Goods", "Description", "物品名称"]),
            (Kind::Date, &["入库日期", "日期", "Дата", "Дата поступления", "Date", "күнү", "收货时间"]),
            (Kind::Remark, &["备注", "備註", "Примечание", "Remark", "Комментарий", "notes"]),
            (
                Kind::Other,
                &[
                    "序号",
                    "№",
                    "No.",
                    "№ п/п",
                    "客户电话",
                    "体积重",
                    "Объемный вес",
                    "体积(m³)",
                    "Volume weight",
                    "Цена за кг",
                    "金额",
                    "货架",
                    "Статус",
                    "Телефон",
                    "$/kg",
                    "CBM",
                ],
            ),
            (Kind::ShopOrder, &["订单号", "Номер заказа", "Order No"]),
        ];
        for (expected, headings) in rows {
            for heading in *headings {
                assert_eq!(kind(&folded(heading)).map(|(kind, _)| kind), Some(*expected), "{heading}");
            }
        }
        for nothing in ["", "广州仓", "Выходные", "hello"] {
            assert_eq!(kind(&folded(nothing)), None, "{nothing}");
        }
    }

    #[test]
    fn units_stand_in_headings() {
        for (heading, unit) in [
            ("重量(KG)", Some(WeightUnit::Kg)),
            ("重量kg", Some(WeightUnit::Kg)),
            ("Вес, кг", Some(WeightUnit::Kg)),
            ("weight_kg", Some(WeightUnit::Kg)),
            ("公斤", Some(WeightUnit::Kg)),
            ("重量（斤）", Some(WeightUnit::Jin)),
            ("Вес, г", Some(WeightUnit::G)),
            ("Вес (гр.)", Some(WeightUnit::G)),
            ("重量/克", Some(WeightUnit::G)),
            ("weight, g", Some(WeightUnit::G)),
            ("Weight (lbs)", Some(WeightUnit::Lb)),
            ("重量", None),
            ("Вес груза", None),
        ] {
            assert_eq!(weight_unit(&folded(heading)), unit, "{heading}");
        }
        for (heading, unit) in [
            ("长(cm)", Some(LengthUnit::Cm)),
            ("长cm", Some(LengthUnit::Cm)),
            ("Длина, мм", Some(LengthUnit::Mm)),
            ("尺寸（厘米）", Some(LengthUnit::Cm)),
            ("size", None),
        ] {
            assert_eq!(length_unit(&folded(heading)), unit, "{heading}");
        }
    }

    #[test]
    fn totals_are_told_from_goods() {
        for text in [
            "合计",
            "总计：",
            "小计",
            "Итого:",
            "ВСЕГО 12 мест",
            "Total",
            "Grand total",
            "Жыйынтыгы",
            "TOTAL:322",
            "合計",
        ] {
            assert!(is_total(text), "{text}");
        }
        for text in ["", "Totoro", "KG-10012", "总裁椅", "итоговый стол"] {
            assert!(!is_total(text), "{text}");
        }
    }
}
