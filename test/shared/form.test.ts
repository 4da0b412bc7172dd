import { describe, expect, it } from "vitest"
import { readForm } from "../../shared/form.js"

describe("a sent form", () => {
  it.each([
    [
      "English",
      {
        "Your Name": "Ann Lee",
        "e-mail": "ann@example.com",
        Telephone: "555",
        "Company name": "Acme",
        "Job title": "CEO",
        Town: "Leeds",
        comments: "Hi",
      },
      {
        name: "Ann Lee",
        email: "ann@example.com",
        phone: "555",
        company: "Acme",
        position: "CEO",
        city: "Leeds",
        message: "Hi",
      },
    ],
    [
      "Chinese",
      {
        姓名: "叶辉",
        手机号: "13800138000",
        电子邮箱: "ye@example.cn",
        公司: "壹点零壹",
        职位: "创始人",
        城市: "上海",
        产品: "咨询",
        留言: "你好",
      },
      {
        name: "叶辉",
        phone: "13800138000",
        email: "ye@example.cn",
        company: "壹点零壹",
        position: "创始人",
        city: "上海",
        product: "咨询",
        message: "你好",
      },
    ],
    [
      "traditional Chinese",
      { 聯絡人: "陳先生", 聯絡電話: "0912345678", 電郵: "chan@example.tw", 備註: "請回覆" },
      { name: "陳先生", phone: "0912345678", email: "chan@example.tw", message: "請回覆" },
    ],
    [
      "Russian",
      {
        "Ваше имя": "Иван",
        Телефон: "+7 495 123-45-67",
        "Эл. почта": "ivan@example.ru",
        Компания: "Ромашка",
        Должность: "директор",
        Город: "Москва",
        Сообщение: "Позвоните",
      },
      {
        name: "Иван",
        phone: "+7 495 123-45-67",
        email: "ivan@example.ru",
        company: "Ромашка",
        position: "директор",
        city: "Москва",
        message: "Позвоните",
      },
    ],
    [
      "German",
      {
        Vorname: "Eva",
        Nachname: "Groß",
        "E-Mail-Adresse": "eva@example.de",
        Telefonnummer: "030 1234567",
        Firma: "Groß GmbH",
        Ort: "Berlin",
        Nachricht: "Bitte melden",
      },
      {
        name: "Eva Groß",
        email: "eva@example.de",
        phone: "030 1234567",
        company: "Groß GmbH",
        city: "Berlin",
        message: "Bitte melden",
      },
    ],
    ["nested names", { "contact[first_name]": "Li", "contact[last_name]": "Wei" }, { name: "Li Wei" }],
    ["Chinese names", { first_name: "辉", last_name: "叶" }, { name: "叶辉" }],
    [
      "values alone",
      { q1: "bob@example.com", q2: "+1 312 555 0199", q3: "blue" },
      { email: "bob@example.com", phone: "+1 312 555 0199" },
    ],
    ["nothing of use", { hotel: "Ritz", username: "bob", search: "shoes", empty: "" }, {}],
  ])("[Q6] is read by its names: %s", (_language, fields, contact) => {
    expect(readForm(fields as Record<string, string>)).toEqual(contact)
  })

  it("[Q6] takes the first filled field of two that say the same", () => {
    expect(readForm({ phone: " ", mobile: "1", tel: "2" })).toEqual({ phone: "1" })
  })
})
