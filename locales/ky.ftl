## Адамдар үчүн кыргызча тексттер: барактар, SMS, каттар. Кайрылуу «Сиз» деп.
## Ошол эле ачкычтар жана өзгөрмөлөр ru.ftl менен en.ftl файлдарында да бар (муну src/texts.rs ичиндеги тест текшерет).
## Суммалар тыйын менен бүтүн сан болуп келет, SOM() аркылуу басылат: { SOM($total) } сом.
## Мөөнөт менен санга мүчө уланбасын үчүн алар сүйлөмдүн аягында, кош чекиттен кийин турат.

## Дата: $month 1ден 12ге чейин

date = { $day }-{ $month ->
    [1] январь
    [2] февраль
    [3] март
    [4] апрель
    [5] май
    [6] июнь
    [7] июль
    [8] август
    [9] сентябрь
    [10] октябрь
    [11] ноябрь
   *[12] декабрь
    }, { $year }-ж.

## Буйрутманын абалы жана андан ары эмне болору

status-requested = Өтүнмө кабыл алынды
status-requested-hint = Товарды тандап, баасын эсептеп жатабыз. Даяр болору менен кабарлайбыз.
status-quoted = Баасы эсептелди
status-quoted-hint = Ырастооңузду күтүп жатабыз. Баа билдирүүдө көрсөтүлгөн мөөнөткө чейин өзгөрбөйт.
status-confirmed = Буйрутма ырасталды
status-confirmed-hint = Алдын ала төлөмдү күтүп жатабыз. Төлөм түшөрү менен товарды сатып алабыз.
status-paid = Төлөм алынды
status-paid-hint = Эми товарды сатуучудан сатып алабыз.
status-purchased = Товар сатып алынды
status-purchased-hint = Сатуучу аны Кытайдагы кампабызга жөнөтөт.
status-awaiting-parcel = Посылканы күтүп жатабыз
status-awaiting-parcel-hint = Ал Кытайдагы кампабызга келгенде, ушул жерге белгилейбиз.
status-received-in-china = Кытайдагы кампада
status-received-in-china-hint = Жакынкы рейс менен Кыргызстанга жөнөтөбүз.
status-in-transit = Жолдо
status-in-transit-hint = Жүк Кыргызстанга келе жатат. Чек арада кармалып калышы мүмкүн, рейсти көзөмөлдөп турабыз.
status-ready-for-pickup = Алып кетсеңиз болот
status-ready-for-pickup-hint = Берүү пунктуна келип, буйрутманын кодун айтыңыз.
status-picked-up = Буйрутма берилди
status-picked-up-hint = Бизди тандаганыңыз үчүн рахмат!
status-cancelled = Буйрутма жокко чыгарылды
status-cancelled-hint = Эгер акча төлөгөн болсоңуз, кайтарып беребиз. Сураныч, биз менен байланышыңыз.

## Буйрутманын жолу: суммасы жана аты-жөнү жок, жери өзүнчө көрсөтүлөт

event-order-requested = Өтүнмө кабыл алынды
event-order-quoted = Баасы эсептелди
event-quote-expired = Баанын мөөнөтү бүттү
event-quote-declined = Сунуш четке кагылды
event-order-confirmed = Буйрутма ырасталды
event-payment-received = Төлөм келип түштү
event-transfer-claimed = Кардар төлөмдү которгонун билдирди, текшерип жатабыз
event-transfer-rejected = Которуу тастыкталган жок
event-payment-refunded = Төлөм кайтарылды
event-credit-kept = Ашыкча төлөм аванс катары сакталды
event-credit-used = Аванстан төлөндү
event-balance-corrected = Төлөнө турган сумма оңдолду
event-order-paid = Алдын ала төлөм төлөндү
event-order-purchased = Товар сатуучудан сатып алынды
event-parcel-registered = Посылка катталды
event-parcel-seen = Посылка Кытайдагы кампада, салмагы өлчөнөт
event-parcel-received = Посылка Кытайдагы кампага келди
event-parcel-packed = Посылка жүктөлдү
event-shipment-departed = Жүк Кыргызстанга жөнөдү
event-checkpoint-at-border = Жүк чек арада
event-checkpoint-in-customs = Жүк бажыда
event-checkpoint-cleared = Жүк бажыдан өттү
event-checkpoint-delayed = Рейс кечигип жатат
event-checkpoint-other = Жүк жолдо
event-parcel-arrived = Келген посылкалар: { $arrived } / { $total }
event-order-ready = Буйрутма берүүгө даяр
event-order-released = Буйрутманын бөлүгүн алып кетсеңиз болот: { $total } ичинен { $arrived }
event-order-awaits-rest = Бөлүгү алынды, калганы жолдо
event-order-uncollected = Буйрутманы алууга али эч ким келген жок
event-storage-charged = Акысыз күндөрдөн кийинки сактоо акысы эсептелди
event-pickup-point-moved = Алып кетүүчү жай өзгөрдү
event-freight-charged = Жеткирүү баасы чыныгы салмагы боюнча эсептелди
event-parcel-handed-over = Посылка берилди
event-order-picked-up = Буйрутма толугу менен берилди
event-order-cancelled = Буйрутма жокко чыгарылды
event-parcel-lost = Посылка жоголду. Сиз менен байланышабыз
event-parcel-damaged = Посылкага зыян келди. Сиз менен байланышабыз
event-parcel-returned = Посылка жөнөтүүчүгө кайтарылды
event-parcel-held-by-customs = Посылканы бажы кармап калды
event-correction = Жазуу оңдолду

## SMS: кадимки маанилерде эки бөлүктөн ашпайт (134 белги)

sms-quote-ready = { $code }: баасы { SOM($total) } сом, алдын ала { SOM($prepayment) } сом. Ырастоо мөөнөтү { $until }: { $url }
sms-payment-received = { $code }: { SOM($amount) } сом алынды. { $balance ->
    [0] Азыр кошумча төлөм жок.
   *[other] Калганы { SOM($balance) } сом.
    }
sms-transfer-rejected = { $code }: { SOM($amount) } сом которуу тастыкталган жок, бизге кайрылыңыз. Себеби: { $short_reason }
sms-order-arrived = { $count ->
    [1] { $codes } буйрутмаңыз келди.
   *[other] Келди: { $codes }.
    } { $total ->
    [0] Кошумча төлөм жок.
   *[other] Төлөм { SOM($total) } сом.
    } { $branch }, { $address }, { $hours }. Акысыз сактоо: { $free_until }.{ $pin ->
    [no] {""}
   *[other] {" "}PIN { $pin }.
    }
sms-order-released = { $code }: { $parcels } посылкадан { $arrived } келди. { $total ->
    [0] Кошумча төлөм жок.
   *[other] Төлөм { SOM($total) } сом.
    } { $branch }, { $address }. Акысыз: { $free_until }.{ $pin ->
    [no] {""}
   *[other] {" "}PIN { $pin }.
    }
sms-storage-reminder = { $code }: акысыз сактоо { $free_until }, андан кийин посылкасына күнүнө { SOM($fee) } сом. { $branch }, { $address }, { $hours }.
sms-uncollected = { $code } буйрутмаңыз сизди күтүүдө. { $total ->
    [0] Кошумча төлөм жок.
   *[other] Төлөм { SOM($total) } сом.
    } { $branch }, { $address }, { $hours }.
sms-order-cancelled = { $code } буйрутмаңыз жокко чыгарылды. { $refund ->
    [0] Ал үчүн төлөөнүн кереги жок.
   *[other] Кайтарылат: { SOM($refund) } сом, бизге кайрылыңыз.
    }
sms-request-received = { $code }: өтүнмөңүз кабыл алынды, баасын өзүнчө билдиребиз. Буйрутмаңыз: { $url }
sms-quote-expiring = { $code }: { SOM($total) } сом баасынын мөөнөтү { $until }. Ырастаңыз: { $url }
sms-order-bought = { $code }: товар сатып алынды, Кытайдагы кампада күтөбүз. { $url }
sms-received-in-china = { $code }: Кытайдагы кампабызда, кийинки рейс менен жөнөтөбүз. { $url }
sms-order-departed = { $code }: жүк Кыргызстанга жөнөдү. { $url }
sms-order-delayed = { $codes }: рейс кечигүүдө. Жүк келери менен билдиребиз.
sms-order-picked-up = { $code }: буйрутма берилди. Рахмат! Эгер аны сиз албасаңыз, дароо бизге чалыңыз.
sms-payment-refunded = { $code }: { SOM($amount) } сом кайтарылды. { $balance ->
    [0] Кошумча төлөм жок.
   *[other] Төлөм { SOM($balance) } сом.
    }
sms-one-time-code = { $code } — { $firm } коду. Аны эч кимге айтпаңыз.

## Каттар

mail-quote-ready-subject = { $code } буйрутмасынын баасы
mail-quote-ready-body =
    Саламатсызбы, { $name }!

    { $code } буйрутмаңыздын баасын эсептедик.
    Баасы: { SOM($total) } сом.
    Алдын ала төлөм: { SOM($prepayment) } сом.
    Баанын мөөнөтү: { $until }.

    Буйрутмаңыз жана бааны ырастоо үчүн телефон:
    { $url }

    Урматтоо менен,
    { $firm }
mail-payment-received-subject = { $code } буйрутмасы боюнча төлөм алынды
mail-payment-received-body =
    Саламатсызбы, { $name }!

    { $code } буйрутмаңыз боюнча { SOM($amount) } сом алдык.
    { $balance ->
        [0] Азыр кошумча төлөөнүн кереги жок.
       *[other] Төлөнө турган калдык: { SOM($balance) } сом.
    }

    Урматтоо менен,
    { $firm }
mail-transfer-rejected-subject = { $code } буйрутмасы боюнча которуу тастыкталган жок
mail-transfer-rejected-body =
    Саламатсызбы, { $name }!

    { $code } буйрутмаңыз үчүн { SOM($amount) } сом которулганын тастыктай алган жокпуз.
    Себеби: { $reason }

    Эгер бул жаңылыштык болсо, биз менен байланышыңыз же чегин тиркеп кайра билдириңиз.

    Урматтоо менен,
    { $firm }
mail-order-arrived-subject = { $count ->
    [1] { $codes } буйрутмаңызды алып кетсеңиз болот
   *[other] Буйрутмаларыңызды алып кетсеңиз болот: { $count }
    }
mail-order-arrived-body =
    Саламатсызбы, { $name }!

    { $count ->
        [1] Буйрутмаңыз келди: { $codes }.
       *[other] Буйрутмаларыңыз келди: { $codes }.
    }
    { $total ->
        [0] Кошумча төлөөнүн кереги жок.
       *[other] Төлөнө турган сумма: { SOM($total) } сом.
    }

    Берүү пункту: { $branch }
    Дареги: { $address }
    Иш убактысы: { $hours }
    Акысыз сактоо мөөнөтү: { $free_until }

    { $pin ->
        [no] Посылкаларды алуу үчүн буйрутманын кодун айтыңыз.
       *[other] Посылкаларды алуу үчүн буйрутманын кодун жана PIN { $pin } айтыңыз. PIN кодун берүүчүдөн башка эч кимге айтпаңыз.
    }

    Урматтоо менен,
    { $firm }
mail-order-released-subject = { $code } буйрутмаңыздын бөлүгүн алып кетсеңиз болот
mail-order-released-body =
    Саламатсызбы, { $name }!

    { $code } буйрутмаңыз боюнча { $parcels } посылкадан { $arrived } келди, аны алып кетсеңиз болот. Калганы келгенде дагы жазабыз.
    { $total ->
        [0] Кошумча төлөөнүн кереги жок.
       *[other] Төлөнө турган сумма: { SOM($total) } сом.
    }

    Берүү пункту: { $branch }
    Дареги: { $address }
    Иш убактысы: { $hours }
    Акысыз сактоо мөөнөтү: { $free_until }

    { $pin ->
        [no] Посылкаларды алуу үчүн буйрутманын кодун айтыңыз.
       *[other] Посылкаларды алуу үчүн буйрутманын кодун жана PIN { $pin } айтыңыз. PIN кодун берүүчүдөн башка эч кимге айтпаңыз.
    }

    Урматтоо менен,
    { $firm }
mail-storage-reminder-subject = { $code } буйрутмаңызды акысыз сактоо жакында бүтөт
mail-storage-reminder-body =
    Саламатсызбы, { $name }!

    { $code } буйрутмаңыз сизди күтүүдө. Акысыз сактоо мөөнөтү: { $free_until }. Андан кийин ар бир посылка күнүнө { SOM($fee) } сом турат.

    Берүү пункту: { $branch }
    Дареги: { $address }
    Иш убактысы: { $hours }

    Урматтоо менен,
    { $firm }
mail-uncollected-subject = { $code } буйрутмаңыз дагы эле сизди күтүүдө
mail-uncollected-body =
    Саламатсызбы, { $name }!

    { $code } буйрутмаңызды алууга али эч ким келген жок.
    { $total ->
        [0] Кошумча төлөөнүн кереги жок.
       *[other] Төлөнө турган сумма: { SOM($total) } сом.
    }

    Берүү пункту: { $branch }
    Дареги: { $address }
    Иш убактысы: { $hours }

    Келе албасаңыз, биз менен байланышыңыз.

    Урматтоо менен,
    { $firm }
mail-order-cancelled-subject = { $code } буйрутмасы жокко чыгарылды
mail-order-cancelled-body =
    Саламатсызбы, { $name }!

    { $code } буйрутмаңыз жокко чыгарылды.
    { $refund ->
        [0] Ал үчүн төлөөнүн кереги жок.
       *[other] Кайтарыла турган сумма: { SOM($refund) } сом. Акчаны алуу үчүн, сураныч, биз менен байланышыңыз.
    }

    Урматтоо менен,
    { $firm }
mail-request-received-subject = { $code } өтүнмөсү кабыл алынды
mail-request-received-body =
    Саламатсызбы, { $name }!

    { $code } өтүнмөңүздү кабыл алып, товар издеп жатабыз. Баасын өзүнчө билдиребиз.

    Буйрутмаңыз кайда:
    { $url }

    Урматтоо менен,
    { $firm }
mail-quote-expiring-subject = { $code } буйрутмасынын баасы { $until } чейин
mail-quote-expiring-body =
    Саламатсызбы, { $name }!

    { $code } буйрутмаңыздын { SOM($total) } сом баасынын мөөнөтү: { $until }. Андан кийин баа кайра эсептелет.

    Бааны ырастоо:
    { $url }

    Урматтоо менен,
    { $firm }
mail-order-bought-subject = { $code } буйрутмасынын товары сатып алынды
mail-order-bought-body =
    Саламатсызбы, { $name }!

    { $code } буйрутмаңыздын товарын сатып алдык. Сатуучу аны Кытайдагы кампабызга жөнөтөт.

    Буйрутмаңыз кайда:
    { $url }

    Урматтоо менен,
    { $firm }
mail-received-in-china-subject = { $code } буйрутмасы Кытайдагы кампада
mail-received-in-china-body =
    Саламатсызбы, { $name }!

    { $code } буйрутмаңыз Кытайдагы кампабызга келди. Кийинки рейс менен жөнөтөбүз.

    Буйрутмаңыз кайда:
    { $url }

    Урматтоо менен,
    { $firm }
mail-order-departed-subject = { $code } буйрутмасы Кыргызстанга жөнөдү
mail-order-departed-body =
    Саламатсызбы, { $name }!

    { $code } буйрутмаңыз Кыргызстанга жөнөдү. Чек арада кечигүү болушу мүмкүн, рейсти байкап турабыз.

    Буйрутмаңыз кайда:
    { $url }

    Урматтоо менен,
    { $firm }
mail-order-delayed-subject = Рейс кечигүүдө: { $codes }
mail-order-delayed-body =
    Саламатсызбы, { $name }!

    Жүгүңүз ({ $codes }) бар рейс кечигүүдө. Акыркы белгилүү жери: { $place }.
    Жүк келери менен билдиребиз.

    Урматтоо менен,
    { $firm }
mail-order-picked-up-subject = { $code } буйрутмасы берилди
mail-order-picked-up-body =
    Саламатсызбы, { $name }!

    { $code } буйрутмаңыз толугу менен берилди. Бизди тандаганыңызга рахмат!

    Эгер аны сиз албасаңыз, дароо бизге чалыңыз.

    Урматтоо менен,
    { $firm }
mail-payment-refunded-subject = { $code } буйрутмасы боюнча акча кайтарылды
mail-payment-refunded-body =
    Саламатсызбы, { $name }!

    { $code } буйрутмаңыз боюнча { SOM($amount) } сом кайтардык.
    { $balance ->
        [0] Кошумча төлөөнүн кереги жок.
       *[other] Төлөнө турган сумма: { SOM($balance) } сом.
    }

    Урматтоо менен,
    { $firm }
mail-one-time-code-subject = { $firm } коду
mail-one-time-code-body =
    Саламатсызбы, { $name }!

    Сиздин кодуңуз: { $code }
    Аны эч кимге айтпаңыз. Эгер код сурабасаңыз, бул катка көңүл бурбаңыз.

    Урматтоо менен,
    { $firm }

## Telegram боту

telegram-title = Жаңылыктар Telegram'да
telegram-lead = Фирманын ботун ачып, «Старт» баскычын басыңыз: буйрутмаларыңыз тууралуу кабарлар ошол чатка келет. Бир жолку коддор мурдагыдай эле SMS менен келет.
telegram-open = Telegram'ды ачуу
telegram-once = Шилтеме бир жолу жана бир саат ичинде иштейт.
telegram-linked = Даяр: { $client_code } буйрутмаларынын кабарлары эми ушул чатка келет. Токтотуу үчүн /stop деп жазыңыз. { $firm }
telegram-expired = Бул шилтеме мурда колдонулган же эскирген. Буйрутмаңыздын барагынан жаңысын алыңыз.
telegram-stopped = Бул чатка кабар келбейт. Буйрутма жөнүндөгү кабарлар кайрадан SMS же почта аркылуу келет.
telegram-help = Бул { $firm } боту, буйрутмаңыз кайда экенин айтып турат. Баштоо үчүн буйрутмаңыздын барагындагы шилтемени басыңыз. /stop кабарларды токтотот.
unsubscribe-title = Каттарды токтотуу
unsubscribe-lead = Буйрутмалар жөнүндө каттар мындан ары келбесинби? SMS жана Telegram калат.
unsubscribe-button = Каттар келбесин
unsubscribe-done = Даяр: сизге мындан ары кат жөнөтпөйбүз. Кайра алгыңыз келсе, бизге кайрылыңыз.

## Барактар

language-choice = Тилди тандоо
language-name = Кыргызча
home-title = Буйрутмам кайда?
home-lead = Буйрутманын кодун жазыңыз: азыр кайда экенин жана канча төлөө керектигин көрсөтөбүз.
code-label = Буйрутманын коду
code-placeholder = TG-7K4M9-2QX8C-5
code-help = Код SMS билдирүүдө же дүмүрчөктө бар. Боштук, сызыкча жана тамгалардын чоң-кичинеси мааниге ээ эмес.
find-button = Буйрутманы табуу
how-title = Кантип иштейт
how-1 = Товардын шилтемесин, сүрөтүн же сыпаттамасын жөнөтөсүз.
how-2 = Жеткирүүсү менен кошо баасын сом менен айтабыз.
how-3 = Сиз алдын ала төлөйсүз, биз товарды Кытайдан сатып алабыз.
how-4 = Жүк ашуу аркылуу келет, Сиз аны ушул жерден көрүп турасыз.
how-5 = SMS келгенде кодун айтып, буйрутмаңызды алып кетесиз.

track-title = { $code } буйрутмасы
track-step = { $steps } кадамдын { $step }-кадамы
track-all-steps = Бардык кадамдар
track-step-done = өттү
track-step-now = азыр
track-step-next = алдыда
to-pay = Төлөнө турган сумма
nothing-to-pay = Кошумча төлөм жок
amount-som = { SOM($amount) } сом
pickup-point = Берүү пункту
free-until = Акысыз сактоо мөөнөтү:
hours = Иш убактысы
phone = Телефон
timeline = Буйрутманын жолу
updated = Жаңыртылды
parcels-arrived = Келген посылкалар: { $arrived } / { $total }
another-code = Башка кодду текшерүү
footer-time = Убакыт Бишкек боюнча.

error-mistyped-code-title = Кодду текшериңиз
error-mistyped-code = Коддо ката бар окшойт. SMS же дүмүрчөк менен салыштырып, кайра жазыңыз.
error-not-found-title = Буйрутма табылган жок
error-not-found = Мындай коддуу буйрутма бизде жок. Кодду текшериңиз же биз менен байланышыңыз.
error-rate-limited-title = Аракет өтө көп болду
error-rate-limited = Сураныч, бир мүнөт күтүп, кайра аракет кылыңыз.
error-unavailable-title = Бизде бузулуу болду
error-unavailable = Оңдоп жатабыз. Сураныч, бир нече мүнөттөн кийин кайра аракет кылыңыз.

## Буйрутманын барактары: ар ким көргөн нерселер
day = { $day }-{ $month ->
    [1] январь
    [2] февраль
    [3] март
    [4] апрель
    [5] май
    [6] июнь
    [7] июль
    [8] август
    [9] сентябрь
    [10] октябрь
    [11] ноябрь
   *[12] декабрь
    }
og-about = Жүгүңүз кайда, канча төлөө керек жана кайда келүү керек.
og-order = Буйрутмам кайда
skip-to-content = Мазмунуна өтүү
eta = Жүк келет
eta-about = болжол менен { $date }
delayed = Рейс кечигип жатат
delayed-why = Рейс кечигип жатат: { $reason }
sum-not-yet = Сумманы эсептегенден кийин айтабыз
sum-in-details = Баасы төмөндө, буйрутманын чоо-жайында
sum-none-now = Азыр төлөөнүн кереги жок
pay-now = Төлөө
how-to-pay = Кантип төлөө керек
pay-code = Төлөө коду
pay-scan = Кодду банктын же капчыктын тиркемеси менен сканерлеңиз: сумма жана буйрутманын номери ичинде.
pay-open = Же ушул телефондогу капчыкты ачыңыз:
pay-later = Банк ырастаганда төлөм ушул жерде көрүнөт.
pay-desk = Берүү пунктунда төлөңүз: буйрутманын кодун айтыңыз. Башка жолдорун телефондон айтып беребиз.
pay-transfer = Которуп койдуңузбу? Буйрутманын чоо-жайынан билдириңиз.
map = Картаны ачуу
road-title = Жүктүн жолу
share-title = Бөлүшүү
share-hint = Бул шилтемеден буйрутма кайда экени жана канча төлөө керектиги көрүнөт. Аты-жөн жана телефон жок.
share-address = Бул барактын дареги
share-code = Бул барактын дареги бар код
copy = Шилтемени көчүрүү
copied = Көчүрүлдү
back-to-order = Буйрутмага кайтуу
home-more = Али заказ бере элексизби?
error-foreign-form = Бул форма биздин барактан келген жок. Биздин баракты ачып, ошол жерден жөнөтүңүз.

## Жүктүн жолундагы жерлер

place-guangzhou = Гуанчжоу
place-yiwu = Иу
place-urumqi = Үрүмчү
place-kashgar = Кашкар
place-torugart = Торугарт
place-irkeshtam = Эркештам
place-bedel = Бедел
place-khorgos = Коргос
place-naryn = Нарын
place-osh = Ош
place-bishkek = Бишкек

## Буйрутманын чоо-жайы: кардар көргөн нерселер

details-title = Буйрутманын чоо-жайы
details-hint = Товарлар, сүрөттөр, посылкалардын салмагы, баасы жана төлөмдөр. Ачуу үчүн буйрутма катталган телефондун акыркы төрт цифрасын жазыңыз.
details-label = Телефондун акыркы 4 цифрасы
details-button = Ачуу
details-wrong = Буйрутманын коду менен цифралар дал келген жок. Цифраларды текшериңиз; беш катадан кийин бир саат күтүңүз же бизге чалыңыз.
offers-title = Баасы
offer-offered = Чечимиңизди күтүп жатабыз
offer-accepted = Сиз макул болдуңуз
offer-expired = Мөөнөтү өттү
offer-replaced = Башка эсеп менен алмаштырылды
offer-declined = Четке кагылды
offer-until = Жарактуу мөөнөтү
offer-take = Макулмун
offer-refuse = Баш тартам
total = Жыйынтыгы
prepayment = Алдын ала төлөм
items-title = Эмне буйрутма кылынган
parcels-title = Посылкалар
parcel-expected = Кытайдагы кампада күтүп жатабыз
parcel-received = Кытайдагы кампада
parcel-packed = Жүктөлдү
parcel-in-transit = Жолдо
parcel-arrived = Берүү пунктунда
parcel-picked-up = Берилди
parcel-unclaimed = Ээсин издеп жатабыз
parcel-damaged = Бузулган
parcel-lost = Жоголгон
parcel-returned = Жөнөтүүчүгө кайтарылды
parcel-held-by-customs = Бажыкана кармап турат
weight = Салмагы
weight-kg = { $weight } кг
size = Өлчөмү
size-cm = { $size } см
track-number = Трек-номери
photo-of-goods = Товардын сүрөтү
photo-of-parcel = Посылканын сүрөтү
payments-title = Төлөмдөр
given-back = { SOM($amount) } сом кайтарылды
claim-title = Мен которуу менен төлөдүм
claim-hint = Которуу тууралуу жазып, чекти тиркеңиз: кассир аны банк менен салыштырат.
claim-amount = Сумма, сом
claim-bank = Банк же капчык
claim-at = Качан (Бишкек убактысы)
claim-payer = Ким которду
claim-photo = Чектин сүрөтү же скриншоту
claim-button = Которууну билдирүү
claim-waiting = текшерип жатабыз
claim-approved = ырасталды
claim-rejected = ырасталган жок
said-quote-expired = Бул баанын мөөнөтү өттү. Кайра эсептеп берүүнү сураныңыз.
said-wrong-status = Азыр муну кылууга болбойт: буйрутма башка кадамда. Эмне өзгөргөнүн караңыз.
said-too-many-claims = Мурунку которууларды текшерип жатабыз. Кассир карап чыкканча күтүңүз.
said-photo-refused = Бул сүрөт жарабайт. JPEG, PNG же WebP түрүндөгү 8 МБга чейинки сүрөт же скриншот керек.
said-amount = Сумманы текшериңиз: мисалы, 1245 же 1245,50.
said-bank = Кайсы банк же капчык аркылуу которгонуңузду жазыңыз.
said-paid-at = Которуунун күнүн жана убактысын текшериңиз: алар келечекте болушу мүмкүн эмес.
said-form = Формада эмне жазылганын текшерип, кайра жөнөтүңүз.

## Канча турат: формасы бар барак

price-title = Канча турат
price-lead = Салмагын жазыңыз, Кытайдан жеткирүүнү бүгүнкү курс менен сом менен эсептейбиз.
price-weight = Салмагы, кг
price-size = Кутунун өлчөмү, билсеңиз
price-length = Узундугу, см
price-width = Туурасы, см
price-height = Бийиктиги, см
price-volume-by = Чоң жеңил куту көлөмү боюнча эсептелет: узундугу × туурасы × бийиктиги сантиметр менен, { $divisor } санына бөлүнөт. Кайсынысы чоң болсо, ошого төлөйсүз: ушул салмакка же чыныгы салмакка.
price-volume = Килограммдын баасы жүктүн тыгыздыгына жараша болот, ошондуктан өлчөмү да маанилүү.
price-goods = Товардын баасы, юань (биз сатып алсак)
price-category = Товардын түрү
price-any = Кадимки товар
price-mode = Кантип жеткирүү
mode-truck = Машина менен
mode-air = Учак менен
price-button = Эсептөө
price-result = Болжолдуу баасы
price-estimate = Бул болжол. Жеткирүүнүн так баасын кампадагы тараза көрсөтөт.
price-wrong-weight = Салмакты сан менен жазыңыз, мисалы 4,2.
price-wrong-size = Үч жагын тең сан менен, сантиметрде жазыңыз, же бирин да жазбаңыз.
price-wrong-goods = Баасын юань менен, сан түрүндө жазыңыз, мисалы 899.
price-wrong-category = Мындай товарга баа жок. Башка түрүн тандаңыз же бизден сураңыз.
price-wrong-route = Бул пунктка ташыбайбыз. Башкасын тандаңыз.
price-unknown = Азыр эсептөөгө болбой жатат. Кийинчерээк аракет кылыңыз же бизге чалыңыз.

## Касса сменалары жана жеткирүү баасы, кызматкерлер үчүн
shift-open = Кассада { SOM($expected) } сом болушу керек.
shift-even = Кассада { SOM($expected) } сом бар, так болушу керек болгондой.
shift-over = Кассада { SOM($expected) } сом болушу керек эле; { SOM($difference) } сом ашыкча чыкты.
shift-short = Кассада { SOM($expected) } сом болушу керек эле; { SOM($difference) } сом жетишпейт.
shift-uncounted = Кийинки смена ачылганда саналбай жабылды; эсеп боюнча { SOM($expected) } сом.
shift-report = { $report }-отчёт № { $number }
shift-cashier = Кассир
shift-till = Касса
shift-opened = Ачылды
shift-closed = Жабылды
shift-drawer = Касса, сом
shift-opening = Башталышында
shift-cash-in = Накталай төлөндү
shift-cash-out = Кайтарылды
shift-moved-in = Салынды
shift-moved-out = Алынды
shift-expected = Болушу керек
shift-counted = Саналды
shift-difference = Айырма
shift-signature = Кол тамга
freight-only = Салмагы { $weight } кг: жеткирүү { SOM($charged) } сом.
freight-same = Салмагы { $weight } кг, болжолдо { $estimated } кг болчу: жеткирүү { SOM($charged) } сом, болжолдогудай.
freight-more = Салмагы { $weight } кг, болжолдо { $estimated } кг болчу: жеткирүү { SOM($charged) } сом, болжолдон { SOM($difference) } сомго көп.
freight-less = Салмагы { $weight } кг, болжолдо { $estimated } кг болчу: жеткирүү { SOM($charged) } сом, болжолдон { SOM($difference) } сомго аз.

## Дүмүрчөктөр: кагаз тар, ошондуктан сөздөр кыска

receipt-title = Дүмүрчөк
receipt-number = № { $number }
receipt-date = Күнү
receipt-order = Буйрутма
receipt-client = Кардардын коду
receipt-method = Төлөм
receipt-method-cash = Накталай акча
receipt-method-bank-transfer = Банктык которуу
receipt-method-e-wallet = Электрондук капчык
receipt-reference = Төлөмдүн номери
receipt-cashier = Кабыл алган кассир
receipt-charges = Эсептелди, сом
receipt-charged = Жалпы эсептелди
receipt-paid-before = Мурда төлөнгөн
receipt-paid = Төлөндү
receipt-left = Азыр төлөөгө калды
receipt-credit = Сиздин пайдаңызга калдык
receipt-refunds = Бул төлөмдөн кайтарылды, сом
receipt-refunded-wholly = ТОЛУГУ МЕНЕН КАЙТАРЫЛДЫ
receipt-refunded-partly = БИР БӨЛҮГҮ КАЙТАРЫЛДЫ
receipt-track = Буйрутманын жолун көрүү үчүн сканерлеңиз
receipt-not-fiscal = Бул фискалдык чек эмес: аны контролдук-кассалык машина берет.

account-goods = Товардын баасы
account-domestic-delivery = Кытай ичинде жеткирүү
account-service = Кызмат акысы
account-freight = Жүк ташуу
account-storage = Сактоо
account-customs = Бажы төлөмдөрү
account-write-offs = Карыздан кечүү
account-rounding = Тегеректөө
account-other = Башкалар

## Буйрутма канча турат

estimate-goods = Товарлар
estimate-domestic-delivery = Кытай ичинде жеткирүү
estimate-service-fee = Биздин кызмат: товарлардын баасынын { $percent } %
estimate-service-fee-least = Биздин кызмат: эң аз сумма
freight-actual = Кыргызстанга жеткирүү: { $weight } кг, килограммы { $price }
freight-minimum = Кыргызстанга жеткирүү: эң аз салмак { $weight } кг, килограммы { $price }
freight-volumetric = Кыргызстанга жеткирүү: көлөмдүк салмак { $weight } кг, килограммы { $price }
freight-density = Кыргызстанга жеткирүү: { $weight } кг, килограммы { $price }, баасы тыгыздыгына жараша

## Берүү актылары: кол коюлуучу кагаз

act-title = Кабыл алуу-өткөрүп берүү актысы
act-customer = Кардар
act-date = Берилди
act-by = Берген
act-received-by = Алган
act-weight = { $weight } кг
act-parcels = Посылкалар: { $count }
act-paid = Төлөндү, сом
act-remaining = АЛИ БЕРИЛЕ ЭЛЕК: { $count }
act-proof = Тастыкталды
act-proof-phone-last4 = Телефон номеринин аягы
act-proof-pin = Билдирүүдөгү PIN
act-document = Күбөлүк
act-storage = Анын ичинде сактоо, сом
act-words = Жогоруда аталган посылкалар алынды, саны жана салмагы туура.
act-signature-gave = Берген (колу)
act-signature-took = Алган (колу)

## Бажы: болжолдор жана брокер үчүн манифест

customs-estimate = Жеке адам үчүн болжол, эсеп эмес жана бажы төлөмүнүн эсептөөсү эмес. Адатта унаа бүтүндөй жүк катары таризделет жана бул килограммдын баасына кирет.
customs-estimate-unconfirmed = Ырасталбаган эреже боюнча же эрежесиз болжол; эсеп эмес жана бажы төлөмүнүн эсептөөсү эмес. Адатта унаа бүтүндөй жүк катары таризделет жана бул килограммдын баасына кирет.
manifest-sheet = Манифести
manifest-shipment = Каттам
manifest-route = Багыты
manifest-vehicle = Унаа
manifest-cmr = CMR номери
manifest-seal = Пломбасы
manifest-to = Барчу жери
manifest-departed = Жөнөдү
manifest-made = Түзүлдү
manifest-parcels = Посылкалардын саны
manifest-recipients = Алуучулардын саны
manifest-number = Катар №
manifest-recipient = Алуучу
manifest-phone = Телефону
manifest-order = Буйрутма
manifest-client = Кардардын коду
manifest-barcode = Штрихкоду
manifest-tracking = Трек-номери
manifest-box = Орун
manifest-goods = Товардын аталышы
manifest-quantity = Саны
manifest-weight = Брутто салмагы, кг
manifest-value = Баасы
manifest-currency = Валютасы
manifest-marketplace = Соода аянтчасы
manifest-marketplace-order = Аянтчадагы буйрутманын номери
manifest-total = Жыйынтык

## Requests, sign-in and the customer's own pages

request-title = Кытайдан товар буйрутма кылыңыз
request-lead = Эмне керек экенин көрсөтүңүз. Биз товарды таап, баасын сом менен айтабыз, чечимди өзүңүз кабыл аласыз.
request-what = Сизге эмне керек?
request-link = Шилтеме
request-link-help = Taobao, 1688, Pinduoduo, Poizon жана башкалардан шилтемени же колдонмо бөлүшкөн бүт текстти чаптаңыз.
request-words = Өз сөзүңүз менен
request-photo = Сүрөт
request-photo-help = JPEG, PNG же WebP, 8 МБ чейин. Экрандын сүрөтү да болот.
request-photo-again = Сүрөттү кайра тандаңыз: браузер аны эстеп калбайт.
request-quantity = Саны
request-budget = Бюджет, сом (милдеттүү эмес)
request-details = Өлчөмү, түсү (милдеттүү эмес)
request-who = Сиз кимсиз?
request-name = Атыңыз
request-phone = Телефон номериңиз
request-phone-help = Бул номерге бааны билдиребиз.
request-language = Билдирүүлөрдүн тили
request-trap = Бул талааны бош калтырыңыз
request-send = Өтүнмөнү жөнөтүү
request-free = Өтүнмө акысыз жана эч нерсеге милдеттендирбейт.
request-by-photo = Сүрөт боюнча
request-done = Өтүнмө кабыл алынды
request-done-lead = Буйрутманын кодун жазып алыңыз же бул барактын сүрөтүн тартыңыз.
request-your-code = Буйрутмаңыздын коду
request-keep = Бул код менен буйрутманы көзөмөлдөп, алып кетесиз. Баасы даяр болоору менен билдиребиз.
request-qr = Буйрутмаңыздын шилтемеси бар QR-код
request-follow = Буйрутманы көзөмөлдөө
request-another = Жаңы өтүнмө
form-error = Бир нерсе туура эмес, төмөндү караңыз.
form-error-empty = Бул талааны толтуруңуз.
form-error-long = Текст өтө узун.
form-error-text = Бул жерде жараксыз белгилер бар.
form-error-what = Шилтемени чаптаңыз, товарды сүрөттөңүз же сүрөт кошуңуз.
form-error-quantity = Бүтүн сан жазыңыз, мисалы 1.
form-error-sum = Сумманы сом менен жазыңыз, мисалы 1500.
form-error-phone = Номерди текшериңиз: 0700 123 456 же + жана өлкөнүн коду менен.
form-error-photo = Бул файл жарабайт: JPEG, PNG же WebP тандаңыз.
form-error-photo-large = Сүрөт 8 МБдан чоң: кичирээгин тандап, форманы кайра толтуруңуз.
form-error-trap = Акыркы талааны бош калтырып, кайра жөнөтүңүз.
form-error-busy = Азыр суроо-талап өтө көп. Бир аздан кийин аракет кылыңыз же бизге чалыңыз.
form-error-sent = Бул форма жөнөтүлгөн. Экинчи буйрутма керек болсо гана кайра жөнөтүңүз.
form-error-choose = Тизмеден тандаңыз.
form-error-email = Бул электрондук почтанын дареги эмес.
form-error-time = Күндү жана убакытты жазыңыз, мисалы 25.05.2026 14:05, келечекте эмес.
form-error-numbers = Номерде 6дан 40ка чейин латын тамгасы, сан же дефис болот, ар бири өз сабында.
sign-in-title = Кирүү
sign-in-lead = Буйрутмаларыңыз, кардар кодуңуз жана Кытайдагы дарек.
sign-in-help = Кыргызстандын мобилдик номерине код SMS менен келет.
sign-in-send = Код алуу
sign-in-sent = Бул номерге SMS жөнөтүүгө мүмкүн болсо, код жолдо.
sign-in-code = SMS менен келген код
sign-in-code-help = Алты сан, он мүнөт жарактуу. Аларды эч кимге, бизге да айтпаңыз.
sign-in-enter = Кирүү
sign-in-again = Кодду кайра жөнөтүү
sign-in-other-phone = Башка номер
sign-in-wrong = Код туура эмес же эскирген. Текшериңиз же жаңысын алыңыз.
my-title = Менин кабинетим
my-orders = Менин буйрутмаларым
my-address = Кытайдагы дарек
my-settings = Жөндөөлөр
my-none = Азырынча буйрутмаңыз жок.
my-more = Мурунку буйрутмалар
my-credit = Сиздин пайдаңызга
my-offers = Сунушту тандаңыз
my-offers-help = Жеткирүү келгенден кийин чыныгы салмак боюнча эсептелет.
my-offer = Сунуш
my-prepayment = Алдын ала төлөм
my-valid-until = Баа жарактуу мөөнөт:
my-confirm = Макулмун
my-decline = Жок, рахмат
my-items = Сиз сураган нерсе
my-photo = Сүрөт
my-parcels = Посылкалар
my-payments = Төлөмдөр
my-receipt = Дүмүрчөк
transfer-title = Которуу менен төлөдүм
transfer-lead = Которуу жөнүндө айтып, чегин тиркеңиз. Кассир текшерет, сизге билдирүү келет.
transfer-amount = Сумма, сом
transfer-bank = Банк же капчык
transfer-when = Качан (Бишкек убактысы)
transfer-reference = Которуунун номери (милдеттүү эмес)
transfer-photo = Чектин сүрөтү
transfer-send = Жөнөтүү
transfer-waiting = Текшерип жатабыз
transfer-approved = Тастыкталды
transfer-rejected = Тастыкталган жок
address-lead = Аны сатуучунун формасына көчүрүңүз. Кодуңуз жок болсо, посылканын кимдики экенин эч ким билбейт.
address-code = Кардар кодуңуз
address-copy-label = Толук дарек
address-copy = Көчүрүү
address-copied = Көчүрүлдү
address-image = Сүрөт түрүндө
numbers-title = Трек-номерлерди каттоо
numbers-lead = Өзүңүз сатып алдыңызбы? Трек-номерлерди жазыңыз, ошондо посылкаңызды тааныйбыз.
numbers-label = Номерлер, ар бири өз сабында
numbers-send = Каттоо
numbers-registered = Катталды
numbers-taken = Бул номер мурда катталган. Ал сиздики болуп, бирок тизмеңизде жок болсо, бизге кайрылыңыз.
settings-who = Сиз жөнүндө
settings-email = Электрондук почта (милдеттүү эмес)
settings-as-ordered = Буйрутмадагыдай
settings-channels = Сиз менен кантип байланышабыз
settings-channels-help = Эч нерсе белгиленбесе: адаттагыдай.
channel-sms = SMS
channel-telegram = Telegram
channel-email = Электрондук почта
settings-silence = Кирүү коддорунан башка эч нерсе жибербегиле
settings-save = Сактоо
settings-leave = Чыгуу
settings-sign-out = Бул түзмөктөн чыгуу
settings-sign-out-everywhere = Бардык түзмөктөрдөн чыгуу
erase-title = Маалыматтарымды өчүрүү
erase-lead = Аты-жөнүңүз, телефон, почта, белгилер жана сүрөттөр биротоло өчүрүлөт. Буйрутма жана акча жазуулары кардар кодуңуз менен калат: мыйзам ушуну талап кылат.
erase-code = Тастыктоо үчүн кардар кодуңузду жазыңыз
erase-wrong-code = Бул сиздин кардар кодуңуз эмес.
erase-still-open = Азырынча болбойт: бардык буйрутмалар алынган же жокко чыгарылган болуп, эч кимдин карызы болбошу керек.
erase-button = Маалыматтарымды биротоло өчүрүү
said-confirmed = Рахмат! Эми алдын ала төлөмдү күтөбүз.
said-declined = Түшүндүк. Балким, сизге башка нерсе табабыз.
said-expired = Бул баанын мөөнөтү бүттү. Кайра эсептейбиз.
said-too-late = Бул эми мүмкүн эмес: буйрутманын азыркы абалын караңыз.
said-transfer = Рахмат, которууңузду текшерип жатабыз.
said-saved = Сакталды.
said-signed-out = Сиз чыктыңыз.
said-erased = Маалыматтарыңыз өчүрүлдү.
said-busy = Мындай билдирүүлөр жетиштүү. Жообубузду күтүңүз.
