"""The XML of a Factur-X/ZUGFeRD invoice: UN/CEFACT Cross Industry Invoice, profile EN 16931."""

from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from billing.documents.content import printable
from billing.documents.e_invoices import Category, EInvoice, Party, net_lines
from billing.documents.facts import Line
from paymenter.rounding import rounded

PROFILE = "urn:cen.eu:en16931:2017"
COMMERCIAL_INVOICE = "380"
CREDIT_TRANSFER = "58"  # SEPA
ONE = "C62"  # unit of quantities: pieces

_DATA = "urn:un:unece:uncefact:data:standard:"
_NAMESPACES = {
    "rsm": f"{_DATA}CrossIndustryInvoice:100",
    "ram": f"{_DATA}ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{_DATA}UnqualifiedDataType:100",
}
for _prefix, _uri in _NAMESPACES.items():
    register_namespace(_prefix, _uri)


def factur_x(invoice: EInvoice) -> bytes:
    """Of an invoice without obstacles. Gross lines are split so that their nets add up."""
    category = invoice.category
    if category is None:
        raise ValueError("an invoice with obstacles")
    root = Element(_name("rsm:CrossIndustryInvoice"))
    context = _add(root, "rsm:ExchangedDocumentContext")
    guideline = _add(context, "ram:GuidelineSpecifiedDocumentContextParameter")
    _add(guideline, "ram:ID", PROFILE)
    _document(root, invoice)
    trade = _add(root, "rsm:SupplyChainTradeTransaction")
    nets = net_lines(invoice.facts)
    for number, (line, net) in enumerate(zip(invoice.facts.lines, nets, strict=True), 1):
        _line(trade, number, line, net, category)
    agreement = _add(trade, "ram:ApplicableHeaderTradeAgreement")
    _party(agreement, "ram:SellerTradeParty", invoice.seller)
    _party(agreement, "ram:BuyerTradeParty", invoice.buyer)
    _add(trade, "ram:ApplicableHeaderTradeDelivery")
    _settlement(trade, invoice, category)
    written: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


def _document(root: Element, invoice: EInvoice) -> None:
    document = _add(root, "rsm:ExchangedDocument")
    _add(document, "ram:ID", invoice.facts.number or "")
    _add(document, "ram:TypeCode", COMMERCIAL_INVOICE)
    _day(_add(document, "ram:IssueDateTime"), invoice.facts.issued_on)


def _line(trade: Element, number: int, line: Line, net: Decimal, category: Category) -> None:
    """The price is that of the whole quantity, and never negative: then the quantity is."""
    quantity = line.quantity if line.price >= 0 else -line.quantity
    item = _add(trade, "ram:IncludedSupplyChainTradeLineItem")
    _add(_add(item, "ram:AssociatedDocumentLineDocument"), "ram:LineID", str(number))
    _add(_add(item, "ram:SpecifiedTradeProduct"), "ram:Name", line.description.strip() or "-")
    agreement = _add(item, "ram:SpecifiedLineTradeAgreement")
    price = _add(agreement, "ram:NetPriceProductTradePrice")
    _add(price, "ram:ChargeAmount", str(abs(net)))
    if abs(quantity) > 1:
        _add(price, "ram:BasisQuantity", str(abs(quantity)), unitCode=ONE)
    delivery = _add(item, "ram:SpecifiedLineTradeDelivery")
    _add(delivery, "ram:BilledQuantity", str(quantity), unitCode=ONE)
    settlement = _add(item, "ram:SpecifiedLineTradeSettlement")
    _category(_add(settlement, "ram:ApplicableTradeTax"), category)
    summation = _add(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation")
    _add(summation, "ram:LineTotalAmount", str(net))


def _category(tax: Element, category: Category) -> None:
    _add(tax, "ram:TypeCode", "VAT")
    _add(tax, "ram:CategoryCode", category.code)
    _add(tax, "ram:RateApplicablePercent", str(rounded(category.rate)))


def _party(agreement: Element, name: str, party: Party) -> None:
    """Without a VAT id the tax number also tells who it is."""
    element = _add(agreement, name)
    if party.tax_number and not party.vat_id:
        _add(element, "ram:ID", party.tax_number)
    _add(element, "ram:Name", party.name)
    address = _add(element, "ram:PostalTradeAddress")
    _add_given(address, "ram:PostcodeCode", party.zip)
    for tag, text in zip(
        ("ram:LineOne", "ram:LineTwo", "ram:LineThree"), party.address, strict=False
    ):
        _add_given(address, tag, text)
    _add_given(address, "ram:CityName", party.city)
    _add(address, "ram:CountryID", party.country)
    if party.email:
        _add(
            _add(element, "ram:URIUniversalCommunication"), "ram:URIID", party.email, schemeID="EM"
        )
    for scheme, text in (("FC", party.tax_number), ("VA", party.plain_vat_id)):
        if text:
            _add(_add(element, "ram:SpecifiedTaxRegistration"), "ram:ID", text, schemeID=scheme)


def _settlement(trade: Element, invoice: EInvoice, category: Category) -> None:
    facts = invoice.facts
    settlement = _add(trade, "ram:ApplicableHeaderTradeSettlement")
    _add(settlement, "ram:InvoiceCurrencyCode", facts.currency.code)
    if invoice.seller.iban:
        means = _add(settlement, "ram:SpecifiedTradeSettlementPaymentMeans")
        _add(means, "ram:TypeCode", CREDIT_TRANSFER)
        account = _add(means, "ram:PayeePartyCreditorFinancialAccount")
        _add(account, "ram:IBANID", "".join(invoice.seller.iban.split()))
    _breakdown(_add(settlement, "ram:ApplicableTradeTax"), invoice, category)
    terms = _add(settlement, "ram:SpecifiedTradePaymentTerms")
    _day(_add(terms, "ram:DueDateDateTime"), facts.due_on or facts.issued_on)
    _sums(_add(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation"), invoice)


def _breakdown(tax: Element, invoice: EInvoice, category: Category) -> None:
    facts = invoice.facts
    _add(tax, "ram:CalculatedAmount", str(rounded(facts.tax_amount)))
    _add(tax, "ram:TypeCode", "VAT")
    _add_given(tax, "ram:ExemptionReason", category.reason)
    _add(tax, "ram:BasisAmount", str(rounded(facts.total - facts.tax_amount)))
    _add(tax, "ram:CategoryCode", category.code)
    _add(tax, "ram:RateApplicablePercent", str(rounded(category.rate)))


def _sums(summation: Element, invoice: EInvoice) -> None:
    """A paid invoice owes nothing, also when staff marked it as paid without a payment."""
    facts = invoice.facts
    total, net = rounded(facts.total), rounded(facts.total - facts.tax_amount)
    paid = rounded(facts.paid)
    if facts.status == "paid":
        paid = max(paid, total)
    _add(summation, "ram:LineTotalAmount", str(net))
    _add(summation, "ram:TaxBasisTotalAmount", str(net))
    amount = str(rounded(facts.tax_amount))
    _add(summation, "ram:TaxTotalAmount", amount, currencyID=facts.currency.code)
    _add(summation, "ram:GrandTotalAmount", str(total))
    _add(summation, "ram:TotalPrepaidAmount", str(paid))
    _add(summation, "ram:DuePayableAmount", str(rounded(total - paid)))


def _day(parent: Element, day: date) -> None:
    _add(parent, "udt:DateTimeString", f"{day:%Y%m%d}", format="102")


def _add_given(parent: Element, name: str, text: str) -> None:
    if text.strip():
        _add(parent, name, text)


def _add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    element = SubElement(parent, _name(name), attributes)
    element.text = printable(text).strip() or None
    return element


def _name(short: str) -> str:
    prefix, _, local = short.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"
