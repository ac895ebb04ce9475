## Тексты для людей на русском: страницы, SMS, письма. Обращение на «Вы».
## Те же ключи и те же переменные есть в ky.ftl и en.ftl (это проверяет тест в src/texts.rs).
## Суммы приходят целым числом в тыйынах и печатаются через SOM(): { SOM($total) } сом.

## Дата: $month от 1 до 12

date = { $day } { $month ->
    [1] января
    [2] февраля
    [3] марта
    [4] апреля
    [5] мая
    [6] июня
    [7] июля
    [8] августа
    [9] сентября
    [10] октября
    [11] ноября
   *[12] декабря
    } { $year }

## Статус заказа и что будет дальше

status-requested = Заявка принята
status-requested-hint = Подбираем товар и считаем цену. Сообщим, как только расчёт будет готов.
status-quoted = Расчёт готов
status-quoted-hint = Ждём Вашего подтверждения. Цена действует до срока, указанного в сообщении.
status-confirmed = Заказ подтверждён
status-confirmed-hint = Ждём предоплату. Как только она поступит, мы выкупим товар.
status-paid = Оплата получена
status-paid-hint = Теперь мы выкупаем товар у продавца.
status-purchased = Товар выкуплен
status-purchased-hint = Продавец отправит его на наш склад в Китае.
status-awaiting-parcel = Ждём посылку
status-awaiting-parcel-hint = Когда она поступит на наш склад в Китае, мы отметим это здесь.
status-received-in-china = На складе в Китае
status-received-in-china-hint = Отправим в Кыргызстан ближайшим рейсом.
status-in-transit = В пути
status-in-transit-hint = Груз едет в Кыргызстан. На границе бывают задержки, мы следим за рейсом.
status-ready-for-pickup = Можно забирать
status-ready-for-pickup-hint = Приходите в пункт выдачи и назовите код заказа.
status-picked-up = Заказ выдан
status-picked-up-hint = Спасибо, что выбрали нас!
status-cancelled = Заказ отменён
status-cancelled-hint = Если Вы вносили оплату, мы её вернём. Пожалуйста, свяжитесь с нами.

## История заказа: без сумм и имён, место показано отдельно

event-order-requested = Заявка принята
event-order-quoted = Расчёт цены готов
event-quote-expired = Срок действия расчёта истёк
event-quote-declined = Предложение отклонено
event-order-confirmed = Заказ подтверждён
event-payment-received = Поступила оплата
event-transfer-claimed = Клиент сообщил о переводе, проверяем
event-transfer-rejected = Перевод не подтверждён
event-payment-refunded = Оплата возвращена
event-credit-kept = Переплата сохранена как аванс
event-credit-used = Оплачено из аванса
event-balance-corrected = Сумма к оплате исправлена
event-order-paid = Предоплата внесена
event-order-purchased = Товар выкуплен у продавца
event-parcel-registered = Посылка зарегистрирована
event-parcel-seen = Посылка на складе в Китае, будет взвешена
event-parcel-received = Посылка поступила на склад в Китае
event-parcel-packed = Посылка погружена
event-shipment-departed = Груз отправлен в Кыргызстан
event-checkpoint-at-border = Груз на границе
event-checkpoint-in-customs = Груз на таможне
event-checkpoint-cleared = Таможня пройдена
event-checkpoint-delayed = Рейс задерживается
event-checkpoint-other = Груз в дороге
event-parcel-arrived = Прибыло посылок: { $arrived } из { $total }
event-order-ready = Заказ готов к выдаче
event-order-released = Часть заказа можно забирать: { $arrived } из { $total }
event-order-awaits-rest = Часть получена, остальное в пути
event-order-uncollected = За заказом ещё не пришли
event-storage-charged = Начислено хранение сверх бесплатных дней
event-pickup-point-moved = Пункт выдачи изменён
event-freight-charged = Доставка рассчитана по фактическому весу
event-parcel-handed-over = Посылка выдана
event-order-picked-up = Заказ выдан полностью
event-order-cancelled = Заказ отменён
event-parcel-lost = Посылка утеряна. Мы свяжемся с Вами
event-parcel-damaged = Посылка повреждена. Мы свяжемся с Вами
event-parcel-returned = Посылка возвращена отправителю
event-parcel-held-by-customs = Посылка задержана таможней
event-correction = Запись исправлена

## SMS: для обычных значений не длиннее двух частей (134 знака)

sms-quote-ready = { $code }: цена { SOM($total) } сом, предоплата { SOM($prepayment) } сом. Подтвердите до { $until }: { $url }
sms-payment-received = { $code }: получено { SOM($amount) } сом. { $balance ->
    [0] Сейчас доплаты нет.
   *[other] Осталось { SOM($balance) } сом.
    }
sms-transfer-rejected = { $code }: перевод { SOM($amount) } сом не подтверждён, свяжитесь с нами. Причина: { $short_reason }
sms-order-arrived = { $count ->
    [1] Заказ { $codes } прибыл.
   *[other] Прибыли: { $codes }.
    } { $total ->
    [0] Доплаты нет.
   *[other] К оплате { SOM($total) } сом.
    } { $branch }, { $address }, { $hours }. Бесплатно до { $free_until }.{ $pin ->
    [no] {""}
   *[other] {" "}PIN { $pin }.
    }
sms-order-released = Заказ { $code }: прибыло { $arrived } из { $parcels }. { $total ->
    [0] Доплаты нет.
   *[other] К оплате { SOM($total) } сом.
    } { $branch }, { $address }. Бесплатно до { $free_until }.{ $pin ->
    [no] {""}
   *[other] {" "}PIN { $pin }.
    }
sms-storage-reminder = Заказ { $code }: бесплатно до { $free_until }, потом { SOM($fee) } сом в день за посылку. { $branch }, { $address }, { $hours }.
sms-uncollected = Заказ { $code } ждёт вас. { $total ->
    [0] Доплаты нет.
   *[other] К оплате { SOM($total) } сом.
    } { $branch }, { $address }, { $hours }.
sms-order-cancelled = Заказ { $code } отменён. { $refund ->
    [0] Платить за него не нужно.
   *[other] К возврату { SOM($refund) } сом, обратитесь к нам.
    }
sms-request-received = { $code }: заявка принята, цену сообщим отдельно. Где заказ: { $url }
sms-quote-expiring = { $code }: цена { SOM($total) } сом действует до { $until }. Подтвердите: { $url }
sms-order-bought = { $code }: товар выкуплен, ждём его на складе в Китае. { $url }
sms-received-in-china = { $code }: на нашем складе в Китае, отправим ближайшим рейсом. { $url }
sms-order-departed = { $code }: груз выехал в Кыргызстан. { $url }
sms-order-delayed = { $codes }: рейс задерживается. Сообщим, как только груз прибудет.
sms-order-picked-up = { $code }: заказ выдан. Спасибо! Если его получили не Вы, сразу позвоните нам.
sms-payment-refunded = { $code }: возвращено { SOM($amount) } сом. { $balance ->
    [0] Доплаты нет.
   *[other] К оплате { SOM($balance) } сом.
    }
sms-one-time-code = { $code } — код { $firm }. Никому его не называйте.

## Письма

mail-quote-ready-subject = Расчёт по заказу { $code }
mail-quote-ready-body =
    Здравствуйте, { $name }!

    Мы подготовили расчёт по заказу { $code }.
    Цена: { SOM($total) } сом.
    Предоплата: { SOM($prepayment) } сом.
    Цена действует до: { $until }.

    Ваш заказ и телефон, по которому подтвердить цену:
    { $url }

    С уважением,
    { $firm }
mail-payment-received-subject = Оплата по заказу { $code } получена
mail-payment-received-body =
    Здравствуйте, { $name }!

    Мы получили { SOM($amount) } сом по заказу { $code }.
    { $balance ->
        [0] Сейчас доплачивать ничего не нужно.
       *[other] Осталось оплатить: { SOM($balance) } сом.
    }

    С уважением,
    { $firm }
mail-transfer-rejected-subject = Перевод по заказу { $code } не подтверждён
mail-transfer-rejected-body =
    Здравствуйте, { $name }!

    Мы не смогли подтвердить перевод { SOM($amount) } сом по заказу { $code }.
    Причина: { $reason }

    Если это ошибка, свяжитесь с нами или сообщите о переводе ещё раз, приложив чек.

    С уважением,
    { $firm }
mail-order-arrived-subject = { $count ->
    [1] Заказ { $codes } можно забирать
   *[other] Ваши заказы можно забирать: { $count }
    }
mail-order-arrived-body =
    Здравствуйте, { $name }!

    { $count ->
        [1] Ваш заказ прибыл: { $codes }.
       *[other] Ваши заказы прибыли: { $codes }.
    }
    { $total ->
        [0] Доплачивать ничего не нужно.
       *[other] К оплате: { SOM($total) } сом.
    }

    Пункт выдачи: { $branch }
    Адрес: { $address }
    Часы работы: { $hours }
    Бесплатное хранение до: { $free_until }

    { $pin ->
        [no] Чтобы получить посылки, назовите код заказа.
       *[other] Чтобы получить посылки, назовите код заказа и PIN { $pin }. Называйте PIN только тому, кто выдаёт.
    }

    С уважением,
    { $firm }
mail-order-released-subject = Часть заказа { $code } можно забирать
mail-order-released-body =
    Здравствуйте, { $name }!

    По заказу { $code } прибыло посылок: { $arrived } из { $parcels }, их можно забрать. Остальное следует, мы напишем ещё раз.
    { $total ->
        [0] Доплачивать ничего не нужно.
       *[other] К оплате: { SOM($total) } сом.
    }

    Пункт выдачи: { $branch }
    Адрес: { $address }
    Часы работы: { $hours }
    Бесплатное хранение до: { $free_until }

    { $pin ->
        [no] Чтобы получить посылки, назовите код заказа.
       *[other] Чтобы получить посылки, назовите код заказа и PIN { $pin }. Называйте PIN только тому, кто выдаёт.
    }

    С уважением,
    { $firm }
mail-storage-reminder-subject = Бесплатное хранение заказа { $code } скоро закончится
mail-storage-reminder-body =
    Здравствуйте, { $name }!

    Ваш заказ { $code } ждёт вас. Хранение бесплатно до { $free_until }, потом каждая посылка стоит { SOM($fee) } сом в день.

    Пункт выдачи: { $branch }
    Адрес: { $address }
    Часы работы: { $hours }

    С уважением,
    { $firm }
mail-uncollected-subject = Заказ { $code } всё ещё ждёт вас
mail-uncollected-body =
    Здравствуйте, { $name }!

    За вашим заказом { $code } ещё не пришли.
    { $total ->
        [0] Доплачивать ничего не нужно.
       *[other] К оплате: { SOM($total) } сом.
    }

    Пункт выдачи: { $branch }
    Адрес: { $address }
    Часы работы: { $hours }

    Если вы не можете прийти, свяжитесь с нами.

    С уважением,
    { $firm }
mail-order-cancelled-subject = Заказ { $code } отменён
mail-order-cancelled-body =
    Здравствуйте, { $name }!

    Заказ { $code } отменён.
    { $refund ->
        [0] Платить за него не нужно.
       *[other] К возврату: { SOM($refund) } сом. Пожалуйста, свяжитесь с нами, чтобы получить деньги.
    }

    С уважением,
    { $firm }
mail-request-received-subject = Заявка { $code } принята
mail-request-received-body =
    Здравствуйте, { $name }!

    Мы приняли Вашу заявку { $code } и подбираем товар. Цену сообщим отдельно.

    Где сейчас заказ:
    { $url }

    С уважением,
    { $firm }
mail-quote-expiring-subject = Цена по заказу { $code } действует до { $until }
mail-quote-expiring-body =
    Здравствуйте, { $name }!

    Цена { SOM($total) } сом по заказу { $code } действует до { $until }. Потом её придётся считать заново.

    Подтвердить цену:
    { $url }

    С уважением,
    { $firm }
mail-order-bought-subject = Товар по заказу { $code } выкуплен
mail-order-bought-body =
    Здравствуйте, { $name }!

    Мы выкупили товар по заказу { $code }. Продавец отправит его на наш склад в Китае.

    Где сейчас заказ:
    { $url }

    С уважением,
    { $firm }
mail-received-in-china-subject = Заказ { $code } на складе в Китае
mail-received-in-china-body =
    Здравствуйте, { $name }!

    Заказ { $code } поступил на наш склад в Китае. Отправим его ближайшим рейсом.

    Где сейчас заказ:
    { $url }

    С уважением,
    { $firm }
mail-order-departed-subject = Заказ { $code } выехал в Кыргызстан
mail-order-departed-body =
    Здравствуйте, { $name }!

    Груз с заказом { $code } выехал в Кыргызстан. На границе бывают задержки, мы следим за рейсом.

    Где сейчас заказ:
    { $url }

    С уважением,
    { $firm }
mail-order-delayed-subject = Рейс задерживается: { $codes }
mail-order-delayed-body =
    Здравствуйте, { $name }!

    Рейс с Вашим грузом ({ $codes }) задерживается. Последнее известное место: { $place }.
    Мы сообщим, как только груз прибудет.

    С уважением,
    { $firm }
mail-order-picked-up-subject = Заказ { $code } выдан
mail-order-picked-up-body =
    Здравствуйте, { $name }!

    Заказ { $code } выдан полностью. Спасибо, что выбрали нас!

    Если его получили не Вы, сразу позвоните нам.

    С уважением,
    { $firm }
mail-payment-refunded-subject = Возврат по заказу { $code }
mail-payment-refunded-body =
    Здравствуйте, { $name }!

    Мы вернули { SOM($amount) } сом по заказу { $code }.
    { $balance ->
        [0] Доплачивать ничего не нужно.
       *[other] К оплате: { SOM($balance) } сом.
    }

    С уважением,
    { $firm }
mail-one-time-code-subject = Код { $firm }
mail-one-time-code-body =
    Здравствуйте, { $name }!

    Ваш код: { $code }
    Никому его не называйте. Если Вы не просили код, не обращайте внимания на это письмо.

    С уважением,
    { $firm }

## Бот в Telegram

telegram-title = Новости в Telegram
telegram-lead = Откройте бота фирмы и нажмите «Старт»: новости о ваших заказах будут приходить в этот чат. Одноразовые коды по-прежнему приходят по SMS.
telegram-open = Открыть Telegram
telegram-once = Ссылка действует один раз и в течение часа.
telegram-linked = Готово: сообщения о заказах { $client_code } теперь приходят в этот чат. Чтобы их отключить, отправьте /stop. { $firm }
telegram-expired = Эта ссылка уже использована или устарела. Возьмите новую на странице заказа.
telegram-stopped = Сюда сообщения больше не приходят. Новости о заказах снова будут в SMS или на почте.
telegram-help = Это бот { $firm }, он сообщает, где Ваш заказ. Чтобы начать, откройте ссылку на странице заказа. /stop отключает сообщения.
unsubscribe-title = Отказ от писем
unsubscribe-lead = Больше не присылать письма о заказах? SMS и Telegram останутся.
unsubscribe-button = Не присылать писем
unsubscribe-done = Готово: писем больше не будет. Если передумаете, напишите или позвоните нам.

## Страницы

language-choice = Выбор языка
language-name = Русский
home-title = Где мой заказ?
home-lead = Введите код заказа, и мы покажем, где он сейчас и сколько осталось оплатить.
code-label = Код заказа
code-placeholder = TG-7K4M9-2QX8C-5
code-help = Код есть в SMS или в квитанции. Пробелы, тире и размер букв не важны.
find-button = Найти заказ
how-title = Как это работает
how-1 = Присылаете ссылку, фото или описание товара.
how-2 = Мы называем цену в сомах, сразу с доставкой.
how-3 = Вы вносите предоплату, мы выкупаем товар в Китае.
how-4 = Груз едет через перевал, а Вы следите за ним здесь.
how-5 = Получаете SMS и забираете заказ, назвав его код.

track-title = Заказ { $code }
track-step = Шаг { $step } из { $steps }
track-all-steps = Все шаги
track-step-done = пройден
track-step-now = сейчас
track-step-next = впереди
to-pay = К оплате
nothing-to-pay = Доплаты нет
amount-som = { SOM($amount) } сом
pickup-point = Пункт выдачи
free-until = Бесплатное хранение до
hours = Часы работы
phone = Телефон
timeline = История заказа
updated = Обновлено
parcels-arrived = Прибыло посылок: { $arrived } из { $total }
another-code = Проверить другой код
footer-time = Время бишкекское.

error-mistyped-code-title = Проверьте код
error-mistyped-code = Похоже, в коде опечатка. Сверьте его с SMS или квитанцией и введите ещё раз.
error-not-found-title = Заказ не найден
error-not-found = Заказа с таким кодом у нас нет. Проверьте код или свяжитесь с нами.
error-rate-limited-title = Слишком много попыток
error-rate-limited = Пожалуйста, подождите минуту и попробуйте ещё раз.
error-unavailable-title = Неполадка у нас
error-unavailable = Мы уже разбираемся. Пожалуйста, попробуйте через несколько минут.

## Страницы заказа: что видит каждый
day = { $day } { $month ->
    [1] января
    [2] февраля
    [3] марта
    [4] апреля
    [5] мая
    [6] июня
    [7] июля
    [8] августа
    [9] сентября
    [10] октября
    [11] ноября
   *[12] декабря
    }
og-about = Где Ваш груз, сколько осталось оплатить и куда прийти.
og-order = Где мой заказ
skip-to-content = К содержанию
eta = Прибытие груза
eta-about = примерно { $date }
delayed = Рейс задерживается
delayed-why = Рейс задерживается: { $reason }
sum-not-yet = Сумму назовём, когда посчитаем
sum-in-details = Цена ниже, в подробностях заказа
sum-none-now = Сейчас платить не нужно
pay-now = Оплатить
how-to-pay = Как оплатить
pay-code = Код для оплаты
pay-scan = Отсканируйте код приложением банка или кошелька: сумма и номер заказа уже внутри.
pay-open = Или откройте кошелёк на этом телефоне:
pay-later = Оплата появится здесь, когда банк её подтвердит.
pay-desk = Оплатите в пункте выдачи: назовите код заказа. Другие способы подскажем по телефону.
pay-transfer = Уже перевели? Сообщите об этом в подробностях заказа.
map = Открыть карту
road-title = Дорога груза
share-title = Поделиться
share-hint = По этой ссылке видно, где заказ и сколько оплатить. Имени и телефона там нет.
share-address = Адрес этой страницы
share-code = Код с адресом этой страницы
copy = Скопировать ссылку
copied = Скопировано
back-to-order = К заказу
home-more = Ещё не заказывали?
error-foreign-form = Эта форма пришла не с нашей страницы. Откройте нашу страницу и отправьте её оттуда.

## Места на дороге груза

place-guangzhou = Гуанчжоу
place-yiwu = Иу
place-urumqi = Урумчи
place-kashgar = Кашгар
place-torugart = Торугарт
place-irkeshtam = Иркештам
place-bedel = Бедель
place-khorgos = Хоргос
place-naryn = Нарын
place-osh = Ош
place-bishkek = Бишкек

## Подробности заказа: что видит клиент

details-title = Подробности заказа
details-hint = Товары, фото, вес посылок, цена и платежи. Чтобы открыть их, введите последние четыре цифры телефона, на который оформлен заказ.
details-label = Последние 4 цифры телефона
details-button = Открыть
details-wrong = Код заказа и цифры не подошли. Проверьте цифры; после пяти ошибок подождите час или позвоните нам.
offers-title = Цена
offer-offered = Ждём Вашего решения
offer-accepted = Вы согласились
offer-expired = Срок прошёл
offer-replaced = Заменено другим расчётом
offer-declined = Отклонено
offer-until = Действует до
offer-take = Согласиться
offer-refuse = Отказаться
total = Итого
prepayment = Предоплата
items-title = Что заказано
parcels-title = Посылки
parcel-expected = Ждём на складе в Китае
parcel-received = На складе в Китае
parcel-packed = Погружена
parcel-in-transit = В пути
parcel-arrived = В пункте выдачи
parcel-picked-up = Выдана
parcel-unclaimed = Ищем владельца
parcel-damaged = Повреждена
parcel-lost = Утеряна
parcel-returned = Возвращена отправителю
parcel-held-by-customs = Задержана таможней
weight = Вес
weight-kg = { $weight } кг
size = Размер
size-cm = { $size } см
track-number = Трек-номер
photo-of-goods = Фото товара
photo-of-parcel = Фото посылки
payments-title = Платежи
given-back = возвращено { SOM($amount) } сом
claim-title = Я оплатил переводом
claim-hint = Расскажите о переводе и приложите чек: кассир сверит его с банком.
claim-amount = Сумма, сом
claim-bank = Банк или кошелёк
claim-at = Когда (время Бишкека)
claim-payer = Кто переводил
claim-photo = Фото или скриншот чека
claim-button = Сообщить о переводе
claim-waiting = проверяем
claim-approved = подтверждён
claim-rejected = не подтверждён
said-quote-expired = Срок этой цены прошёл. Попросите нас посчитать ещё раз.
said-wrong-status = Сейчас этого сделать нельзя: заказ уже на другом шаге. Посмотрите, что изменилось.
said-too-many-claims = Мы ещё проверяем прежние переводы. Подождите, пока кассир их посмотрит.
said-photo-refused = Это фото не подходит. Нужен снимок или скриншот в JPEG, PNG или WebP до 8 МБ.
said-amount = Проверьте сумму: например, 1245 или 1245,50.
said-bank = Напишите, через какой банк или кошелёк был перевод.
said-paid-at = Проверьте день и время перевода: они не могут быть в будущем.
said-form = Проверьте, что написано в форме, и отправьте её ещё раз.

## Сколько будет стоить: страница с формой

price-title = Сколько будет стоить
price-lead = Введите вес, и мы посчитаем доставку из Китая в сомах, по сегодняшнему курсу.
price-weight = Вес, кг
price-size = Размер коробки, если знаете
price-length = Длина, см
price-width = Ширина, см
price-height = Высота, см
price-volume-by = Большая лёгкая коробка считается по объёму: длина × ширина × высота в сантиметрах, разделить на { $divisor }. Платите за большее: за этот вес или за настоящий.
price-volume = Цена килограмма зависит от того, насколько груз плотный, поэтому размер тоже важен.
price-goods = Цена товара, юаней (если покупаем мы)
price-category = Вид товара
price-any = Обычный товар
price-mode = Как везти
mode-truck = Машиной
mode-air = Самолётом
price-button = Посчитать
price-result = Примерная цена
price-estimate = Это оценка. Точную цену доставки покажут весы на складе.
price-wrong-weight = Напишите вес числом, например 4,2.
price-wrong-size = Напишите все три стороны числами, в сантиметрах, или ни одной.
price-wrong-goods = Напишите цену в юанях числом, например 899.
price-wrong-category = Для такого товара цены нет. Выберите другой вид или спросите нас.
price-wrong-route = В этот пункт мы не возим. Выберите другой.
price-unknown = Сейчас посчитать не получается. Попробуйте позже или позвоните нам.

## Кассовые смены и стоимость доставки, для сотрудников
shift-open = В кассе должно быть { SOM($expected) } сом.
shift-even = В кассе { SOM($expected) } сом, ровно сколько должно быть.
shift-over = В кассе должно было быть { SOM($expected) } сом; излишек { SOM($difference) } сом.
shift-short = В кассе должно было быть { SOM($expected) } сом; недостача { SOM($difference) } сом.
shift-uncounted = Закрыта без пересчёта при открытии следующей смены; по учёту { SOM($expected) } сом.
shift-report = { $report }-отчёт № { $number }
shift-cashier = Кассир
shift-till = Касса
shift-opened = Открыта
shift-closed = Закрыта
shift-drawer = Ящик кассы, сом
shift-opening = На начало
shift-cash-in = Оплата наличными
shift-cash-out = Возвращено
shift-moved-in = Внесено
shift-moved-out = Изъято
shift-expected = Должно быть
shift-counted = Пересчитано
shift-difference = Разница
shift-signature = Подпись
freight-only = Взвешено { $weight } кг: доставка стоит { SOM($charged) } сом.
freight-same = Взвешено { $weight } кг, по оценке было { $estimated } кг: доставка стоит { SOM($charged) } сом, как и в оценке.
freight-more = Взвешено { $weight } кг, по оценке было { $estimated } кг: доставка стоит { SOM($charged) } сом, на { SOM($difference) } сом больше оценки.
freight-less = Взвешено { $weight } кг, по оценке было { $estimated } кг: доставка стоит { SOM($charged) } сом, на { SOM($difference) } сом меньше оценки.

## Квитанции: слова на узкой бумаге, чем короче, тем лучше

receipt-title = Квитанция
receipt-number = № { $number }
receipt-date = Дата
receipt-order = Заказ
receipt-client = Код клиента
receipt-method = Оплата
receipt-method-cash = Наличные
receipt-method-bank-transfer = Банковский перевод
receipt-method-e-wallet = Электронный кошелёк
receipt-reference = Номер платежа
receipt-cashier = Кассир
receipt-charges = Начислено, сом
receipt-charged = Всего начислено
receipt-paid-before = Оплачено ранее
receipt-paid = Оплачено
receipt-left = Осталось оплатить сейчас
receipt-credit = Остаток в Вашу пользу
receipt-refunds = Возвращено из этой суммы, сом
receipt-refunded-wholly = ВОЗВРАЩЕНО ПОЛНОСТЬЮ
receipt-refunded-partly = ВОЗВРАЩЕНО ЧАСТИЧНО
receipt-track = Отсканируйте, чтобы следить за заказом
receipt-not-fiscal = Это не фискальный чек: его выдаёт контрольно-кассовая машина.

account-goods = Товар
account-domestic-delivery = Доставка по Китаю
account-service = Комиссия
account-freight = Перевозка
account-storage = Хранение
account-customs = Таможенные платежи
account-write-offs = Списание долга
account-rounding = Округление
account-other = Прочее

## Сколько будет стоить заказ

estimate-goods = Товары
estimate-domestic-delivery = Доставка по Китаю
estimate-service-fee = Наша услуга: { $percent } % от стоимости товаров
estimate-service-fee-least = Наша услуга: наименьшая сумма
freight-actual = Доставка в Кыргызстан: { $weight } кг по { $price } за кг
freight-minimum = Доставка в Кыргызстан: наименьший вес { $weight } кг по { $price } за кг
freight-volumetric = Доставка в Кыргызстан: объёмный вес { $weight } кг по { $price } за кг
freight-density = Доставка в Кыргызстан: { $weight } кг по { $price } за кг, цена по плотности

## Акты выдачи: бумага для подписи

act-title = Акт приёма-передачи
act-customer = Клиент
act-date = Выдано
act-by = Выдал
act-received-by = Получил
act-weight = { $weight } кг
act-parcels = Посылок: { $count }
act-paid = Оплачено, сом
act-remaining = ЕЩЁ НЕ ВЫДАНО: { $count }
act-proof = Подтверждено
act-proof-phone-last4 = Конец номера телефона
act-proof-pin = PIN из сообщения
act-document = Документ
act-storage = В том числе хранение, сом
act-words = Перечисленные посылки получены, число и вес верны.
act-signature-gave = Выдал (подпись)
act-signature-took = Получил (подпись)

## Таможня: оценки и манифест для брокера

customs-estimate = Оценка для частного лица, не счёт и не расчёт пошлины. Обычно машина оформляется целиком как груз, и это входит в цену килограмма.
customs-estimate-unconfirmed = Оценка по неподтверждённому правилу или без правила; не счёт и не расчёт пошлины. Обычно машина оформляется целиком как груз, и это входит в цену килограмма.
manifest-sheet = Манифест
manifest-shipment = Рейс
manifest-route = Маршрут
manifest-vehicle = Машина
manifest-cmr = Номер CMR
manifest-seal = Пломба
manifest-to = Пункт назначения
manifest-departed = Отправлен
manifest-made = Составлен
manifest-parcels = Посылок
manifest-recipients = Получателей
manifest-number = №
manifest-recipient = Получатель
manifest-phone = Телефон
manifest-order = Заказ
manifest-client = Код клиента
manifest-barcode = Штрихкод
manifest-tracking = Трек-номер
manifest-box = Место
manifest-goods = Наименование товара
manifest-quantity = Количество
manifest-weight = Вес брутто, кг
manifest-value = Стоимость
manifest-currency = Валюта
manifest-marketplace = Площадка
manifest-marketplace-order = Номер заказа на площадке
manifest-total = Итого

## Requests, sign-in and the customer's own pages

request-title = Закажите товар из Китая
request-lead = Покажите, что вам нужно. Мы найдём товар и назовём цену в сомах, а вы решите.
request-what = Что вам нужно?
request-link = Ссылка
request-link-help = Вставьте ссылку с Taobao, 1688, Pinduoduo, Poizon и других или весь текст, которым делится приложение.
request-words = Своими словами
request-photo = Фото
request-photo-help = JPEG, PNG или WebP, до 8 МБ. Снимок экрана подойдёт.
request-photo-again = Выберите фото ещё раз: браузер его не запоминает.
request-quantity = Количество
request-budget = Бюджет, сом (необязательно)
request-details = Размер, цвет (необязательно)
request-who = Кто вы?
request-name = Имя
request-phone = Номер телефона
request-phone-help = На этот номер мы сообщим цену.
request-language = Язык сообщений
request-trap = Оставьте это поле пустым
request-send = Отправить заявку
request-free = Заявка бесплатна и ни к чему не обязывает.
request-by-photo = По фото
request-done = Заявка принята
request-done-lead = Запишите код заказа или сделайте снимок этой страницы.
request-your-code = Код вашего заказа
request-keep = По этому коду вы следите за заказом и получаете его. Цену сообщим, как только она будет готова.
request-qr = QR-код со ссылкой на ваш заказ
request-follow = Следить за заказом
request-another = Новая заявка
form-error = Что-то ещё не так, смотрите ниже.
form-error-empty = Заполните это поле.
form-error-long = Слишком длинный текст.
form-error-text = Здесь есть недопустимые знаки.
form-error-what = Вставьте ссылку, опишите товар или добавьте фото.
form-error-quantity = Напишите целое число, например 1.
form-error-sum = Напишите сумму в сомах, например 1500.
form-error-phone = Проверьте номер: 0700 123 456 или с + и кодом страны.
form-error-photo = Этот файл не подходит: выберите JPEG, PNG или WebP.
form-error-photo-large = Фото больше 8 МБ: выберите поменьше и заполните форму ещё раз.
form-error-trap = Оставьте последнее поле пустым и отправьте ещё раз.
form-error-busy = Сейчас слишком много запросов. Попробуйте чуть позже или позвоните нам.
form-error-sent = Эта форма уже отправлена. Отправляйте ещё раз, только если нужен второй заказ.
form-error-choose = Выберите из списка.
form-error-email = Это не адрес электронной почты.
form-error-time = Напишите день и время, например 25.05.2026 14:05, не в будущем.
form-error-numbers = В номере от 6 до 40 латинских букв, цифр или дефисов, по одному в строке.
sign-in-title = Вход
sign-in-lead = Ваши заказы, ваш код клиента и адрес в Китае.
sign-in-help = Мы отправим код по SMS на мобильный номер Кыргызстана.
sign-in-send = Получить код
sign-in-sent = Если на этот номер можно отправить SMS, код уже в пути.
sign-in-code = Код из SMS
sign-in-code-help = Шесть цифр, действуют десять минут. Никому их не говорите, даже нам.
sign-in-enter = Войти
sign-in-again = Отправить код ещё раз
sign-in-other-phone = Другой номер
sign-in-wrong = Код неверный или устарел. Проверьте его или получите новый.
my-title = Мой кабинет
my-orders = Мои заказы
my-address = Адрес в Китае
my-settings = Настройки
my-none = У вас пока нет заказов.
my-more = Более ранние заказы
my-credit = В вашу пользу
my-offers = Выберите предложение
my-offers-help = Доставка считается по фактическому весу после прибытия.
my-offer = Предложение
my-prepayment = Предоплата
my-valid-until = Цена действует до
my-confirm = Согласен
my-decline = Не подходит
my-items = Что вы заказали
my-photo = Фото
my-parcels = Посылки
my-payments = Оплаты
my-receipt = Квитанция
transfer-title = Я оплатил переводом
transfer-lead = Сообщите о переводе и приложите чек. Кассир проверит его, и вы получите сообщение.
transfer-amount = Сумма, сом
transfer-bank = Банк или кошелёк
transfer-when = Когда (время Бишкека)
transfer-reference = Номер перевода (необязательно)
transfer-photo = Фото чека
transfer-send = Отправить
transfer-waiting = Проверяем
transfer-approved = Подтверждено
transfer-rejected = Не подтверждено
address-lead = Скопируйте его в форму продавца. Без вашего кода никто не узнает, чья это посылка.
address-code = Ваш код клиента
address-copy-label = Адрес целиком
address-copy = Скопировать
address-copied = Скопировано
address-image = Картинкой
numbers-title = Зарегистрировать трек-номера
numbers-lead = Купили сами? Впишите трек-номера, и мы узнаем вашу посылку.
numbers-label = Номера, по одному в строке
numbers-send = Зарегистрировать
numbers-registered = Зарегистрирован
numbers-taken = Этот номер уже зарегистрирован. Если он ваш, но его нет в вашем списке, свяжитесь с нами.
settings-who = О вас
settings-email = Электронная почта (необязательно)
settings-as-ordered = Как в заказе
settings-channels = Как с вами связаться
settings-channels-help = Ничего не отмечено: как обычно.
channel-sms = SMS
channel-telegram = Telegram
channel-email = Электронная почта
settings-silence = Не присылать ничего, кроме кодов для входа
settings-save = Сохранить
settings-leave = Выход
settings-sign-out = Выйти на этом устройстве
settings-sign-out-everywhere = Выйти на всех устройствах
erase-title = Удалить мои данные
erase-lead = Имя, телефон, почта, заметки и фото удаляются навсегда. Записи о заказах и деньгах остаются под вашим кодом клиента: этого требует закон.
erase-code = Для подтверждения введите ваш код клиента
erase-wrong-code = Это не ваш код клиента.
erase-still-open = Пока нельзя: все заказы должны быть получены или отменены, и никто никому не должен денег.
erase-button = Удалить мои данные навсегда
said-confirmed = Спасибо! Теперь ждём предоплату.
said-declined = Понятно. Возможно, найдём для вас что-то другое.
said-expired = Срок этой цены истёк. Мы посчитаем заново.
said-too-late = Это уже невозможно: посмотрите, что с заказом сейчас.
said-transfer = Спасибо, мы проверяем ваш перевод.
said-saved = Сохранено.
said-signed-out = Вы вышли.
said-erased = Ваши данные удалены.
said-busy = Таких сообщений уже достаточно. Дождитесь нашего ответа.
