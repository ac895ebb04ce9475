//! `/price`: the page that tells what an order would cost.

use serde_json::json;

use crate::harness::server::*;
use crate::harness::warehouse::plain;

fn page(s: &Server, query: &str) -> Answer {
    s.get(ANYONE, &format!("/price?{query}"))
}

on_both! {
    fn the_page_counts_as_the_call_does(s: &Server) {
        let body = json!({"goods": {"amount": 89_900, "currency": "CNY"}, "weight_g": 4_200});
        let estimate = s.post(ANYONE, "/v1/estimate?lang=ru", body).expect(200);
        let answer = page(s, "lang=ru&weight_kg=4,2&goods_cny=899&length_cm=&category=");
        assert_eq!(answer.status, 200, "{}", answer.text);
        let shown = plain(&answer.text);
        let som = |amount: &serde_json::Value| format!("{} сом", torugart::texts::som(amount.as_i64().unwrap()));
        assert!(shown.contains(&som(&estimate["total"]["amount"])), "{shown}");
        let lines = estimate["lines"].as_array().unwrap();
        assert_eq!(lines.len(), 3, "{estimate}");
        for line in lines {
            assert!(shown.contains(line["text"].as_str().unwrap()), "{line} is not in {shown}");
            assert!(shown.contains(&som(&line["amount"]["amount"])), "{line} is not in {shown}");
        }
        assert!(answer.text.contains("value=\"4,2\"") && answer.text.contains("value=\"899\""), "what was typed stays");
        assert!(answer.text.contains("/price?goods_cny=899&#38;weight_kg=4%2C2&#38;lang=ky"), "{}", answer.text);
    }

    fn a_page_that_nobody_filled_in_is_a_form(s: &Server) {
        for (lang, title) in [("ky", "Канча турат"), ("ru", "Сколько будет стоить"), ("en", "What it would cost")] {
            let answer = page(s, &format!("lang={lang}"));
            assert_eq!(answer.status, 200);
            assert!(answer.text.contains(&format!("<h1>{title}")) && !answer.text.contains("role=\"alert\""), "{}", answer.text);
        }
        assert!(s.get(ANYONE, "/?lang=ru").text.contains("href=\"/price?lang=ru\""));
    }

    fn what_is_wrong_stands_beside_its_field_in_the_readers_language(s: &Server) {
        for (query, field, words) in [
            ("weight_kg=four&lang=en", "weight_kg", "Write the weight as a number"),
            ("weight_kg=0&lang=ru", "weight_kg", "Напишите вес числом"),
            ("goods_cny=899&lang=ky", "weight_kg", "Салмакты сан менен"),
            ("weight_kg=4&length_cm=40&lang=ru", "width_cm", "Напишите все три стороны"),
            ("weight_kg=4&height_cm=tall&lang=en", "height_cm", "Write all three sides"),
            ("weight_kg=4&goods_cny=-1&lang=ru", "goods_cny", "Напишите цену в юанях"),
        ] {
            let answer = page(s, query);
            assert_eq!(answer.status, 422, "{query}: {}", answer.text);
            let told = format!("id=\"{field}-wrong\" role=\"alert\">{words}");
            assert!(answer.text.contains(&told), "{query}: no {told} in {}", answer.text);
            assert_eq!(answer.text.matches("role=\"alert\"").count(), 1, "{query}");
        }
        let elsewhere = page(s, "weight_kg=4&to=GZ&lang=ru");
        assert_eq!((elsewhere.status, elsewhere.text.contains("Сколько будет стоить")), (422, true));
        let hostile = page(s, "weight_kg=%22%3E%3Cscript%3Ealert(1)%3C/script%3E");
        assert!(!hostile.text.contains("<script>"), "{}", hostile.text);
    }

    fn what_the_price_list_tells_apart_can_be_chosen(s: &Server) {
        assert!(!page(s, "lang=ru").text.contains("<select id=\"category\""));
        let tariff = |more: serde_json::Value| {
            let mut body = json!({
                "price_per_kg": {"amount": 300, "currency": "USD"}, "min_weight_g": 100, "free_storage_days": 7,
                "service_fee_percent": "5", "volumetric_divisor": 6_000,
            });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            s.put(ADMIN, "/v1/tariffs", body).expect(200);
        };
        tariff(json!({}));
        tariff(json!({"category": "clothes", "price_per_kg": {"amount": 250, "currency": "USD"}}));
        tariff(json!({"route": {"mode": "air"}, "price_per_kg": {"amount": 900, "currency": "USD"}}));
        let form = page(s, "lang=ru").text;
        for part in ["<option>clothes</option>", "Самолётом", "Машиной", "разделить на 6000", "<option value=\"BISH\""] {
            assert!(form.contains(part) || (part.contains("BISH") && !form.contains("id=\"to\"")), "{part} is not in {form}");
        }
        let total = |query: &str| plain(&page(s, query).text).split("Итого").nth(1).unwrap_or_default().trim().to_owned();
        let truck = total("weight_kg=4&lang=ru");
        assert_ne!(truck, total("weight_kg=4&mode=air&lang=ru"));
        assert_ne!(truck, total("weight_kg=4&category=clothes&lang=ru"));
        let light = page(s, "weight_kg=1&length_cm=60&width_cm=50&height_cm=40&lang=ru");
        assert!(light.text.contains("объёмный вес 20 кг"), "{}", light.text);
        let furs = page(s, "weight_kg=4&category=two%20words&lang=ru");
        assert_eq!(furs.status, 422);
    }
}
