//! The address of the China warehouses with the customer's code in it, as a seller's form wants it.

use crate::branches::{self, Kind};
use crate::config::{CLIENT_CODE, ChinaAddress};
use crate::db::Tx;
use crate::error::Result;

/// A warehouse's address for one customer.
#[derive(Clone, Debug)]
pub struct Address {
    /// Code of the branch.
    pub branch: String,
    /// Its name, for the customer.
    pub branch_name: String,
    /// Who receives it, with the client code.
    pub recipient: String,
    /// The warehouse's phone.
    pub phone: String,
    /// Province.
    pub province: String,
    /// City.
    pub city: String,
    /// District.
    pub district: String,
    /// Street, house, mark.
    pub street: String,
    /// Post code.
    pub post_code: String,
}

impl Address {
    fn of(settings: &ChinaAddress, branch_name: String, client_code: &str) -> Self {
        let filled = |line: &str| line.replace(CLIENT_CODE, client_code);
        Self {
            branch: settings.branch.clone(),
            branch_name,
            recipient: filled(&settings.recipient),
            phone: settings.phone.clone(),
            province: settings.province.clone(),
            city: settings.city.clone(),
            district: settings.district.clone(),
            street: filled(&settings.street),
            post_code: settings.post_code.clone(),
        }
    }

    /// What the whole is called in a Chinese form, part by part.
    pub fn parts(&self) -> [(&'static str, String); 4] {
        [
            ("收件人", self.recipient.clone()),
            ("电话", self.phone.clone()),
            ("地址", format!("{} {} {} {}", self.province, self.city, self.district, self.street)),
            ("邮编", self.post_code.clone()),
        ]
    }

    /// All of it in one piece: what is copied into a message to a seller, and what marketplaces read parts out of.
    pub fn text(&self) -> String {
        let lines: Vec<_> = self.parts().into_iter().map(|(what, said)| format!("{what}: {said}")).collect();
        lines.join("\n")
    }
}

/// Pixels of a line of the picture.
const LINE_PX: usize = 44;

impl Address {
    /// The same as a picture, to be shown to a seller. Its letters are those of the device, since ours are not Chinese.
    pub fn svg(&self) -> String {
        let lines: Vec<String> = self.text().lines().map(escaped).collect();
        let height = LINE_PX * (lines.len() + 1);
        let written = lines.iter().enumerate().map(|(index, line)| {
            format!("<text x=\"24\" y=\"{}\" font-size=\"26\">{line}</text>", LINE_PX * (index + 1))
        });
        let written: String = written.collect();
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1200 {height}\" width=\"1200\" height=\"{height}\" \
             font-family=\"Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif\">\
             <rect width=\"1200\" height=\"{height}\" fill=\"#fff\"/>{written}</svg>"
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The address of each China warehouse that is set up.
///
/// # Errors
/// Those of the database.
pub fn addresses(tx: &mut Tx, client_code: &str) -> Result<Vec<Address>> {
    let mut found = Vec::new();
    for settings in &tx.firm.china_addresses {
        if let Some(branch) =
            branches::look_up(tx, &settings.branch)?.filter(|branch| branch.kind == Kind::ChinaWarehouse)
        {
            found.push(Address::of(settings, branch.name, client_code));
        }
    }
    Ok(found)
}
