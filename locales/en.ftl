## Texts for people in English: pages, SMS, mail.
## ky.ftl and ru.ftl have the same keys and the same variables (a test in src/texts.rs compares them).
## Sums arrive as whole numbers of tyiyn and are printed by SOM(): { SOM($total) } som.
## SMS keep to the GSM-7 alphabet (no curly quotes, no dashes): one stray sign would halve the room.

## A date: $month runs from 1 to 12

date = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
    } { $year }

## Order status and what happens next

status-requested = Request received
status-requested-hint = We are finding the item and working out the price. You will hear from us when it is ready.
status-quoted = Quote ready
status-quoted-hint = We are waiting for you to confirm. The price holds until the date in our message.
status-confirmed = Order confirmed
status-confirmed-hint = We are waiting for the prepayment. Once it arrives, we buy the item.
status-paid = Payment received
status-paid-hint = We are now buying the item from the seller.
status-purchased = Item bought
status-purchased-hint = The seller will send it to our warehouse in China.
status-awaiting-parcel = Waiting for the parcel
status-awaiting-parcel-hint = We will note it here when it reaches our warehouse in China.
status-received-in-china = At our warehouse in China
status-received-in-china-hint = It leaves for Kyrgyzstan with the next truck.
status-in-transit = On its way
status-in-transit-hint = The truck is coming to Kyrgyzstan. Delays at the border happen; we keep an eye on it.
status-ready-for-pickup = Ready for pickup
status-ready-for-pickup-hint = Come to the pickup point and say the order code.
status-picked-up = Picked up
status-picked-up-hint = Thank you for choosing us!
status-cancelled = Order cancelled
status-cancelled-hint = If you have paid, we will return the money. Please get in touch.

## Timeline lines: no sums, no names; the place is shown apart

event-order-requested = Request received
event-order-quoted = Quote ready
event-quote-expired = The quote has expired
event-quote-declined = The offer was declined
event-order-confirmed = Order confirmed
event-payment-received = Payment received
event-transfer-claimed = Transfer reported by the customer, we are checking
event-transfer-rejected = Transfer not confirmed
event-payment-refunded = Payment returned
event-credit-kept = Overpayment kept as credit
event-credit-used = Paid from credit
event-balance-corrected = Amount due corrected
event-order-paid = Prepayment complete
event-order-purchased = Item bought from the seller
event-parcel-registered = Parcel registered
event-parcel-seen = Parcel has reached our warehouse in China and will be weighed
event-parcel-received = Parcel received at our warehouse in China
event-parcel-packed = Parcel loaded
event-shipment-departed = Shipment left for Kyrgyzstan
event-checkpoint-at-border = Shipment at the border
event-checkpoint-in-customs = Shipment in customs
event-checkpoint-cleared = Customs cleared
event-checkpoint-delayed = Shipment delayed
event-checkpoint-other = Shipment on the road
event-parcel-arrived = Parcels arrived: { $arrived } of { $total }
event-order-ready = Order ready for pickup
event-order-released = Part of the order is ready for pickup: { $arrived } of { $total }
event-order-awaits-rest = Part picked up, the rest is on its way
event-order-uncollected = Nobody has come for the order yet
event-storage-charged = Storage beyond the free days charged
event-pickup-point-moved = Pickup point changed
event-freight-charged = Freight calculated by actual weight
event-parcel-handed-over = Parcel handed over
event-order-picked-up = Order picked up in full
event-order-cancelled = Order cancelled
event-parcel-lost = Parcel lost. We will contact you
event-parcel-damaged = Parcel damaged. We will contact you
event-parcel-returned = Parcel returned to the sender
event-parcel-held-by-customs = Parcel held by customs
event-correction = Entry corrected

## SMS: at most two parts for usual values, even when a Cyrillic address makes them UCS-2 (134 characters)

sms-quote-ready = { $code }: price { SOM($total) } som, prepayment { SOM($prepayment) } som. Confirm by { $until }: { $url }
sms-payment-received = { $code }: { SOM($amount) } som received. { $balance ->
    [0] Nothing more to pay now.
   *[other] { SOM($balance) } som left to pay.
    }
sms-transfer-rejected = { $code }: transfer of { SOM($amount) } som not confirmed, please contact us. Reason: { $short_reason }
sms-order-arrived = { $count ->
    [1] Order { $codes } has arrived.
   *[other] Arrived: { $codes }.
    } { $total ->
    [0] Nothing to pay.
   *[other] To pay: { SOM($total) } som.
    } { $branch }, { $address }, { $hours }. Free until { $free_until }.{ $pin ->
    [no] {""}
   *[other] {" "}PIN { $pin }.
    }
sms-order-released = Order { $code }: { $arrived } of { $parcels } parcels are here. { $total ->
    [0] Nothing to pay.
   *[other] To pay: { SOM($total) } som.
    } { $branch }, { $address }. Free until { $free_until }.{ $pin ->
    [no] {""}
   *[other] {" "}PIN { $pin }.
    }
sms-storage-reminder = Order { $code }: free storage until { $free_until }, then { SOM($fee) } som a day per parcel. { $branch }, { $address }, { $hours }.
sms-uncollected = Order { $code } is still waiting for you. { $total ->
    [0] Nothing to pay.
   *[other] To pay: { SOM($total) } som.
    } { $branch }, { $address }, { $hours }.
sms-order-cancelled = Order { $code } is cancelled. { $refund ->
    [0] You owe nothing for it.
   *[other] { SOM($refund) } som to return to you, please contact us.
    }
sms-request-received = { $code }: we have your request and will tell you the price. Your order: { $url }
sms-quote-expiring = { $code }: the price of { SOM($total) } som ends { $until }. Confirm: { $url }
sms-order-bought = { $code }: bought, and on its way to our China warehouse. { $url }
sms-received-in-china = { $code }: at our China warehouse, it leaves with the next truck. { $url }
sms-order-departed = { $code }: on the road to Kyrgyzstan. { $url }
sms-order-delayed = { $codes }: the truck is late. We will tell you as soon as it is here.
sms-order-picked-up = { $code }: handed over. Thank you! If it was not you who took it, call us at once.
sms-payment-refunded = { $code }: { SOM($amount) } som returned. { $balance ->
    [0] Nothing is due.
   *[other] { SOM($balance) } som is due.
    }
sms-one-time-code = { $code } is your { $firm } code. Tell it to nobody.

## Mail

mail-quote-ready-subject = Quote for order { $code }
mail-quote-ready-body =
    Hello { $name },

    Your quote for order { $code } is ready.
    Price: { SOM($total) } som.
    Prepayment: { SOM($prepayment) } som.
    The price holds until: { $until }.

    Your order, and the phone to confirm the price:
    { $url }

    Kind regards,
    { $firm }
mail-payment-received-subject = Payment for order { $code } received
mail-payment-received-body =
    Hello { $name },

    We have received { SOM($amount) } som for order { $code }.
    { $balance ->
        [0] There is nothing more to pay now.
       *[other] Left to pay: { SOM($balance) } som.
    }

    Kind regards,
    { $firm }
mail-transfer-rejected-subject = Transfer for order { $code } not confirmed
mail-transfer-rejected-body =
    Hello { $name },

    We could not confirm your transfer of { SOM($amount) } som for order { $code }.
    Reason: { $reason }

    If this is a mistake, please contact us or report the transfer again with its receipt.

    Kind regards,
    { $firm }
mail-order-arrived-subject = { $count ->
    [1] Order { $codes } is ready for pickup
   *[other] Your orders are ready for pickup: { $count }
    }
mail-order-arrived-body =
    Hello { $name },

    { $count ->
        [1] Your order has arrived: { $codes }.
       *[other] Your orders have arrived: { $codes }.
    }
    { $total ->
        [0] There is nothing to pay.
       *[other] To pay: { SOM($total) } som.
    }

    Pickup point: { $branch }
    Address: { $address }
    Hours: { $hours }
    Free storage until: { $free_until }

    { $pin ->
        [no] Say the order code to receive your parcels.
       *[other] Say the order code and the PIN { $pin } to receive your parcels. Tell the PIN only to whoever hands them over.
    }

    Kind regards,
    { $firm }
mail-order-released-subject = A part of order { $code } is ready for pickup
mail-order-released-body =
    Hello { $name },

    Of your order { $code }, { $arrived } of { $parcels } parcels are here and can be picked up. The rest follows; we will write again.
    { $total ->
        [0] There is nothing to pay.
       *[other] To pay: { SOM($total) } som.
    }

    Pickup point: { $branch }
    Address: { $address }
    Hours: { $hours }
    Free storage until: { $free_until }

    { $pin ->
        [no] Say the order code to receive your parcels.
       *[other] Say the order code and the PIN { $pin } to receive your parcels. Tell the PIN only to whoever hands them over.
    }

    Kind regards,
    { $firm }
mail-storage-reminder-subject = Free storage of order { $code } ends soon
mail-storage-reminder-body =
    Hello { $name },

    Your order { $code } is waiting for you. Storage is free until { $free_until }; after that each parcel costs { SOM($fee) } som a day.

    Pickup point: { $branch }
    Address: { $address }
    Hours: { $hours }

    Kind regards,
    { $firm }
mail-uncollected-subject = Order { $code } is still waiting for you
mail-uncollected-body =
    Hello { $name },

    Nobody has come for your order { $code } yet.
    { $total ->
        [0] There is nothing to pay.
       *[other] To pay: { SOM($total) } som.
    }

    Pickup point: { $branch }
    Address: { $address }
    Hours: { $hours }

    If you cannot come, please get in touch with us.

    Kind regards,
    { $firm }
mail-order-cancelled-subject = Order { $code } is cancelled
mail-order-cancelled-body =
    Hello { $name },

    Order { $code } is cancelled.
    { $refund ->
        [0] You owe nothing for it.
       *[other] To return to you: { SOM($refund) } som. Please contact us to receive it.
    }

    Kind regards,
    { $firm }
mail-request-received-subject = We have your request { $code }
mail-request-received-body =
    Hello { $name },

    We have your request { $code } and are looking for the goods. We will tell you the price.

    Where your order is:
    { $url }

    Kind regards,
    { $firm }
mail-quote-expiring-subject = The price of order { $code } ends { $until }
mail-quote-expiring-body =
    Hello { $name },

    The price of { SOM($total) } som for order { $code } holds until { $until }. After that it has to be worked out anew.

    Confirm the price:
    { $url }

    Kind regards,
    { $firm }
mail-order-bought-subject = The goods of order { $code } are bought
mail-order-bought-body =
    Hello { $name },

    We bought the goods of order { $code }. The seller sends them to our China warehouse.

    Where your order is:
    { $url }

    Kind regards,
    { $firm }
mail-received-in-china-subject = Order { $code } is at our China warehouse
mail-received-in-china-body =
    Hello { $name },

    Order { $code } reached our China warehouse. It leaves with the next truck.

    Where your order is:
    { $url }

    Kind regards,
    { $firm }
mail-order-departed-subject = Order { $code } is on the road
mail-order-departed-body =
    Hello { $name },

    Order { $code } is on the road to Kyrgyzstan. Delays at the border happen; we follow the truck.

    Where your order is:
    { $url }

    Kind regards,
    { $firm }
mail-order-delayed-subject = The truck is late: { $codes }
mail-order-delayed-body =
    Hello { $name },

    The truck with your order ({ $codes }) is late. It was last known at { $place }.
    We will tell you as soon as it is here.

    Kind regards,
    { $firm }
mail-order-picked-up-subject = Order { $code } is handed over
mail-order-picked-up-body =
    Hello { $name },

    All of order { $code } is handed over. Thank you for choosing us!

    If it was not you who took it, call us at once.

    Kind regards,
    { $firm }
mail-payment-refunded-subject = Money returned for order { $code }
mail-payment-refunded-body =
    Hello { $name },

    We returned { SOM($amount) } som for order { $code }.
    { $balance ->
        [0] Nothing is left to pay.
       *[other] To pay: { SOM($balance) } som.
    }

    Kind regards,
    { $firm }
mail-one-time-code-subject = Your { $firm } code
mail-one-time-code-body =
    Hello { $name },

    Your code is { $code }.
    Tell it to nobody. If you did not ask for a code, ignore this letter.

    Kind regards,
    { $firm }

## The bot in Telegram

telegram-title = News in Telegram
telegram-lead = Open the firm's bot and press Start: news of your orders then comes to that chat. One-time codes still come by SMS.
telegram-open = Open Telegram
telegram-once = The link works once and for an hour.
telegram-linked = Done: news of the orders of { $client_code } now comes to this chat. Send /stop to end that. { $firm }
telegram-expired = This link was used before or is too old. Take a new one from the page of your order.
telegram-stopped = No more messages come here. News of your orders comes by SMS or mail again.
telegram-help = This is the bot of { $firm }: it tells you where your order is. To begin, open the link on the page of your order. /stop ends the messages.
unsubscribe-title = No more mail
unsubscribe-lead = Shall we stop sending mail about your orders? SMS and Telegram stay.
unsubscribe-button = Stop the mail
unsubscribe-done = Done: you will get no more mail from us. If you change your mind, get in touch.

## Pages

language-choice = Choose a language
language-name = English
home-title = Where is my order?
home-lead = Type your order code to see where it is and what is left to pay.
code-label = Order code
code-placeholder = TG-7K4M9-2QX8C-5
code-help = You will find it in our SMS or on your receipt. Spaces, dashes and letter case do not matter.
find-button = Find my order
how-title = How it works
how-1 = Send us a link, a photo or a description of the item.
how-2 = We name a price in som, delivery included.
how-3 = You make a prepayment, we buy the item in China.
how-4 = The truck comes over the pass, and you follow it here.
how-5 = You get an SMS and collect the order by saying its code.

track-title = Order { $code }
track-step = Step { $step } of { $steps }
track-all-steps = All steps
track-step-done = done
track-step-now = now
track-step-next = ahead
to-pay = To pay
nothing-to-pay = Nothing to pay
amount-som = { SOM($amount) } som
pickup-point = Pickup point
free-until = Free storage until
hours = Hours
phone = Phone
timeline = Timeline
updated = Updated
parcels-arrived = Parcels arrived: { $arrived } of { $total }
another-code = Look up another code
footer-time = Bishkek time.

error-mistyped-code-title = Check the code
error-mistyped-code = The code seems to have a typing mistake. Compare it with the SMS or the receipt and type it again.
error-not-found-title = Order not found
error-not-found = We have no order with this code. Check the code or get in touch with us.
error-rate-limited-title = Too many tries
error-rate-limited = Please wait a minute and try again.
error-unavailable-title = Something broke on our side
error-unavailable = We are on it. Please try again in a few minutes.

## Pages of an order: what anybody sees
day = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
    }
og-about = Where your goods are, what is left to pay and where to come.
og-order = Where my order is
skip-to-content = Skip to content
eta = Truck arrives
eta-about = about { $date }
delayed = The truck is late
delayed-why = The truck is late: { $reason }
sum-not-yet = We will tell the sum once it is counted
sum-in-details = The price is below, in the order’s details
sum-none-now = No payment needed now
pay-now = Pay
how-to-pay = How to pay
pay-code = Payment code
pay-scan = Scan the code with your bank’s or wallet’s app: the sum and the order number are inside.
pay-open = Or open a wallet on this phone:
pay-later = The payment appears here once the bank confirms it.
pay-desk = Pay at the pickup point: say the order code. Call us for other ways.
pay-transfer = Paid by transfer already? Tell us in the order’s details.
map = Open the map
road-title = The road
share-title = Share
share-hint = This link shows where the order is and what is due. It holds no name and no phone.
share-address = Address of this page
share-code = Code with the address of this page
copy = Copy the link
copied = Copied
back-to-order = Back to the order
home-more = Not ordered yet?
error-foreign-form = This form did not come from our page. Open our page and send it from there.

## Places on the road

place-guangzhou = Guangzhou
place-yiwu = Yiwu
place-urumqi = Urumqi
place-kashgar = Kashgar
place-torugart = Torugart
place-irkeshtam = Irkeshtam
place-bedel = Bedel
place-khorgos = Khorgos
place-naryn = Naryn
place-osh = Osh
place-bishkek = Bishkek

## Details of an order: what its customer sees

details-title = Order details
details-hint = Goods, photos, weights, price and payments. To open them, enter the last four digits of the phone the order was placed with.
details-label = Last 4 digits of the phone
details-button = Open
details-wrong = The order code and the digits do not fit. Check the digits; after five mistakes wait an hour or call us.
offers-title = Price
offer-offered = We wait for your decision
offer-accepted = You agreed
offer-expired = Its time is over
offer-replaced = Replaced by another offer
offer-declined = Declined
offer-until = Valid until
offer-take = Agree
offer-refuse = Decline
total = Total
prepayment = Prepayment
items-title = What was ordered
parcels-title = Parcels
parcel-expected = Expected in China
parcel-received = In the China warehouse
parcel-packed = Loaded
parcel-in-transit = On its way
parcel-arrived = At the pickup point
parcel-picked-up = Handed over
parcel-unclaimed = Looking for its owner
parcel-damaged = Damaged
parcel-lost = Lost
parcel-returned = Returned to the sender
parcel-held-by-customs = Held by customs
weight = Weight
weight-kg = { $weight } kg
size = Size
size-cm = { $size } cm
track-number = Tracking number
photo-of-goods = Photo of the goods
photo-of-parcel = Photo of the parcel
payments-title = Payments
given-back = { SOM($amount) } som given back
claim-title = I paid by transfer
claim-hint = Tell us of the transfer and add the receipt: the cashier compares it with the bank.
claim-amount = Sum, som
claim-bank = Bank or wallet
claim-at = When (Bishkek time)
claim-payer = Who sent it
claim-photo = Photo or screenshot of the receipt
claim-button = Tell of the transfer
claim-waiting = being checked
claim-approved = confirmed
claim-rejected = not confirmed
said-quote-expired = The time of this price is over. Ask us for a new one.
said-wrong-status = This cannot be done now: the order is at another step. See what has changed.
said-too-many-claims = We are still checking earlier transfers. Wait until the cashier has looked at them.
said-photo-refused = This photo cannot be used. Send a JPEG, PNG or WebP of at most 8 MB.
said-amount = Check the sum: for example 1245 or 1245.50.
said-bank = Say which bank or wallet the transfer went through.
said-paid-at = Check the day and time of the transfer: they cannot lie in the future.
said-form = Check what stands in the form and send it again.

## What it would cost: the page with a form

price-title = What it would cost
price-lead = Enter a weight, and we count delivery from China in som, at today’s rate.
price-weight = Weight, kg
price-size = Size of the box, if you know it
price-length = Length, cm
price-width = Width, cm
price-height = Height, cm
price-volume-by = A large light box is counted by volume: length × width × height in centimetres, divided by { $divisor }. You pay for the larger: this weight or the real one.
price-volume = The price of a kilogram depends on how dense the goods are, so the size matters too.
price-goods = Price of the goods, yuan (if we buy them)
price-category = Kind of goods
price-any = Ordinary goods
price-mode = How it travels
mode-truck = By truck
mode-air = By plane
price-button = Count
price-result = About what it costs
price-estimate = This is an estimate. The scale at the warehouse gives the exact price of delivery.
price-wrong-weight = Write the weight as a number, for example 4.2.
price-wrong-size = Write all three sides as numbers, in centimetres, or none.
price-wrong-goods = Write the price in yuan as a number, for example 899.
price-wrong-category = There is no price for such goods. Choose another kind or ask us.
price-wrong-route = We do not carry to this point. Choose another.
price-unknown = It cannot be counted now. Try later or call us.

## Cash shifts and freight, for staff
shift-open = The drawer must hold { SOM($expected) } som.
shift-even = The drawer held { SOM($expected) } som, exactly what it must.
shift-over = The drawer must have held { SOM($expected) } som; { SOM($difference) } som too much were found.
shift-short = The drawer must have held { SOM($expected) } som; { SOM($difference) } som are missing.
shift-uncounted = Closed without a count when the next shift was opened; the ledger says { SOM($expected) } som.
shift-report = { $report } report No. { $number }
shift-cashier = Cashier
shift-till = Till
shift-opened = Opened
shift-closed = Closed
shift-drawer = Drawer, som
shift-opening = Counted at the beginning
shift-cash-in = Paid in cash
shift-cash-out = Given back
shift-moved-in = Put in
shift-moved-out = Taken out
shift-expected = Must hold
shift-counted = Counted
shift-difference = Difference
shift-signature = Signature
freight-only = Weighed { $weight } kg: freight is { SOM($charged) } som.
freight-same = Weighed { $weight } kg, estimated { $estimated } kg: freight is { SOM($charged) } som, as estimated.
freight-more = Weighed { $weight } kg, estimated { $estimated } kg: freight is { SOM($charged) } som, { SOM($difference) } som more than estimated.
freight-less = Weighed { $weight } kg, estimated { $estimated } kg: freight is { SOM($charged) } som, { SOM($difference) } som less than estimated.

## Receipts: words on a narrow paper, so the shorter the better

receipt-title = Receipt
receipt-number = No. { $number }
receipt-date = Date
receipt-order = Order
receipt-client = Client code
receipt-method = Paid by
receipt-method-cash = Cash
receipt-method-bank-transfer = Bank transfer
receipt-method-e-wallet = E-wallet
receipt-reference = Payment reference
receipt-cashier = Cashier
receipt-charges = Charged, som
receipt-charged = Total charged
receipt-paid-before = Paid before
receipt-paid = Paid
receipt-left = Left to pay now
receipt-credit = Credit in your favour
receipt-refunds = Returned from this payment, som
receipt-refunded-wholly = RETURNED IN FULL
receipt-refunded-partly = RETURNED IN PART
receipt-track = Scan to follow your order
receipt-not-fiscal = This is not a fiscal receipt: that one is issued by the cash register.

account-goods = Goods
account-domestic-delivery = Delivery within China
account-service = Service fee
account-freight = Freight
account-storage = Storage
account-customs = Customs
account-write-offs = Debt given up
account-rounding = Rounding
account-other = Other

## What an order would cost

estimate-goods = Goods
estimate-domestic-delivery = Delivery inside China
estimate-service-fee = Our fee: { $percent } % of the goods
estimate-service-fee-least = Our least fee
freight-actual = Freight to Kyrgyzstan: { $weight } kg at { $price } per kg
freight-minimum = Freight to Kyrgyzstan: least weight { $weight } kg at { $price } per kg
freight-volumetric = Freight to Kyrgyzstan: volumetric weight { $weight } kg at { $price } per kg
freight-density = Freight to Kyrgyzstan: { $weight } kg at { $price } per kg, priced by density

## Hand-over acts: paper to be signed

act-title = Hand-over act
act-customer = Customer
act-date = Handed over
act-by = By
act-received-by = Received by
act-weight = { $weight } kg
act-parcels = Parcels: { $count }
act-paid = Paid, som
act-remaining = NOT YET HANDED OVER: { $count }
act-proof = Proved by
act-proof-phone-last4 = End of the phone number
act-proof-pin = PIN of the message
act-document = Document
act-storage = Of which storage, som
act-words = The parcels listed above were received, and their number and weight are right.
act-signature-gave = Handed over (signature)
act-signature-took = Received (signature)

## Customs: estimates, and the manifest for the broker

customs-estimate = An estimate for a private person, not a bill and not a computation of tax. The whole truck is usually cleared as cargo, and the price of a kilogram includes that.
customs-estimate-unconfirmed = An estimate by a rule that is not confirmed, or without any rule; not a bill and not a computation of tax. The whole truck is usually cleared as cargo, and the price of a kilogram includes that.
manifest-sheet = Manifest
manifest-shipment = Shipment
manifest-route = Route
manifest-vehicle = Vehicle
manifest-cmr = CMR No.
manifest-seal = Seal
manifest-to = Destination
manifest-departed = Departed
manifest-made = Made
manifest-parcels = Parcels
manifest-recipients = Recipients
manifest-number = No.
manifest-recipient = Recipient
manifest-phone = Phone
manifest-order = Order
manifest-client = Client code
manifest-barcode = Barcode
manifest-tracking = Tracking number
manifest-box = Box
manifest-goods = Goods
manifest-quantity = Quantity
manifest-weight = Gross weight, kg
manifest-value = Value
manifest-currency = Currency
manifest-marketplace = Marketplace
manifest-marketplace-order = Marketplace order No.
manifest-total = Total

## Requests, sign-in and the customer's own pages

request-title = Ask us to buy something
request-lead = Show us what you want. We find it, tell you the price in som, and you decide.
request-what = What do you want?
request-link = Link
request-link-help = Paste a link from Taobao, 1688, Pinduoduo, Poizon and others, or the whole text that the app shares.
request-words = In your own words
request-photo = Photo
request-photo-help = JPEG, PNG or WebP, up to 8 MB. A screenshot is fine.
request-photo-again = Please choose the photo again: browsers do not keep it.
request-quantity = How many
request-budget = Budget, som (optional)
request-details = Size, colour (optional)
request-who = Who are you?
request-name = Name
request-phone = Phone number
request-phone-help = We tell you the price on this number.
request-language = Language of messages
request-trap = Leave this field empty
request-send = Send the request
request-free = The request is free and obliges you to nothing.
request-by-photo = By the photo
request-done = Request received
request-done-lead = Write the order code down or take a picture of this page.
request-your-code = Your order code
request-keep = With this code you follow the order and collect it. We tell you the price as soon as we have it.
request-qr = QR code with the address of your order
request-follow = Follow the order
request-another = New request
form-error = Something is not right yet: see below.
form-error-empty = Please fill this in.
form-error-long = This is too long.
form-error-text = This contains characters that do not belong here.
form-error-what = Paste a link, describe it, or add a photo.
form-error-quantity = Write a whole number, such as 1.
form-error-sum = Write a sum in som, such as 1500.
form-error-phone = Check the number: 0700 123 456, or with + and the country code.
form-error-photo = This file cannot be used: choose a JPEG, PNG or WebP.
form-error-photo-large = The photo is larger than 8 MB: choose a smaller one, and fill the form in again.
form-error-trap = Please leave the last field empty and send again.
form-error-busy = Too many requests at the moment. Try again a little later, or call us.
form-error-sent = This form was sent before. Send once more only if you want another order.
form-error-choose = Choose one of these.
form-error-email = This is not an e-mail address.
form-error-time = Write day and time, such as 25.05.2026 14:05, not in the future.
form-error-numbers = A number has 6 to 40 Latin letters, digits or dashes, one on each line.
sign-in-title = Sign in
sign-in-lead = See your orders, your client code and the address in China.
sign-in-help = We send a code by SMS to Kyrgyz mobile numbers.
sign-in-send = Get a code
sign-in-sent = If this number can receive our SMS, the code is on its way.
sign-in-code = Code from the SMS
sign-in-code-help = Six digits, good for ten minutes. Tell them to nobody, not even to us.
sign-in-enter = Enter
sign-in-again = Send another code
sign-in-other-phone = Another number
sign-in-wrong = The code is wrong or too old. Check it, or get another one.
my-title = My account
my-orders = My orders
my-address = Address in China
my-settings = Settings
my-none = You have no orders yet.
my-more = Older orders
my-credit = In your favour
my-offers = Choose an offer
my-offers-help = Freight is charged by the actual weight on arrival.
my-offer = Offer
my-prepayment = Prepayment
my-valid-until = The price holds until
my-confirm = I agree
my-decline = No, thanks
my-items = What you asked for
my-photo = Photo
my-parcels = Parcels
my-payments = Payments
my-receipt = Receipt
transfer-title = I paid by transfer
transfer-lead = Tell us of your transfer and add the receipt. A cashier checks it and you get a message.
transfer-amount = Sum, som
transfer-bank = Bank or wallet
transfer-when = When (Bishkek time)
transfer-reference = Number of the transfer (optional)
transfer-photo = Photo of the receipt
transfer-send = Send
transfer-waiting = We are checking it
transfer-approved = Confirmed
transfer-rejected = Not confirmed
address-lead = Copy it into the seller's form. Without your code nobody knows whose the box is.
address-code = Your client code
address-copy-label = The whole address
address-copy = Copy
address-copied = Copied
address-image = As a picture
numbers-title = Register tracking numbers
numbers-lead = Did you buy something yourself? Write the courier's numbers here, and we know the box when it comes.
numbers-label = Numbers, one on each line
numbers-send = Register
numbers-registered = Registered
numbers-taken = This number is registered already. If it is yours and not in your list, please contact us.
settings-who = Who you are
settings-email = E-mail (optional)
settings-as-ordered = As in the order
settings-channels = How we reach you
settings-channels-help = Nothing ticked: as we usually do.
channel-sms = SMS
channel-telegram = Telegram
channel-email = E-mail
settings-silence = Send me nothing but sign-in codes
settings-save = Save
settings-leave = Leave
settings-sign-out = Sign out here
settings-sign-out-everywhere = Sign out everywhere
erase-title = Delete my data
erase-lead = Name, phone, e-mail, notes and photos are deleted for good. Records of orders and money stay, under your client code, because the law wants them.
erase-code = To be sure, type your client code
erase-wrong-code = This is not your client code.
erase-still-open = Not yet: every order must be picked up or cancelled, and nobody may owe anybody money.
erase-button = Delete my data for good
said-confirmed = Thank you! Now we wait for the prepayment.
said-declined = Understood. We may find something else for you.
said-expired = This price has ended. We will work it out anew.
said-too-late = That is not possible any more: see how the order stands now.
said-transfer = Thank you, we are checking your transfer.
said-saved = Saved.
said-signed-out = You are signed out.
said-erased = Your data is deleted.
said-busy = Enough of these are waiting already. Please wait for our answer.
