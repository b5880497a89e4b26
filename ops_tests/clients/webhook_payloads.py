"""Bodies of synthetic deliveries: every topic in Shopify's shape, every value one that belongs to nobody.

Domains and e-mail addresses end in ``.invalid`` (RFC 2606), the telephone number is one that the North American
Numbering Plan keeps for fiction (555-0100 to 555-0199), and ids are far larger than Shopify's and still exact in
JavaScript.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

FIRST_ID = 9_000_000_000_000_000
"""Below JavaScript's largest exact integer, 9,007,199,254,740,991."""
EMAIL = "ops-tests@example.invalid"
PHONE = "+1-202-555-0100"
DOMAIN = "example.invalid"

_SHOP_TEXTS = {
    "name": "Ops Tests",
    "email": EMAIL,
    "domain": DOMAIN,
    "province": "Ontario",
    "country": "CA",
    "address1": "1 Example St",
    "zip": "K0K 0K0",
    "city": "Exampletown",
    "phone": PHONE,
    "primary_locale": "en",
    "country_code": "CA",
    "country_name": "Canada",
    "currency": "CAD",
    "customer_email": EMAIL,
    "timezone": "(GMT-05:00) America/New_York",
    "iana_timezone": "America/New_York",
    "shop_owner": "Ops Tests",
    "money_format": "${{amount}}",
    "money_with_currency_format": "${{amount}} CAD",
    "weight_unit": "kg",
    "province_code": "ON",
    "plan_display_name": "Shopify Plus",
    "plan_name": "enterprise",
    "money_in_emails_format": "${{amount}}",
    "money_with_currency_in_emails_format": "${{amount}} CAD",
}
_SHOP_FLAGS = {
    "has_discounts": False,
    "has_gift_cards": False,
    "eligible_for_payments": False,
    "requires_extra_payments_agreement": False,
    "password_enabled": True,
    "has_storefront": True,
    "finances": True,
    "checkout_api_supported": True,
    "multi_location_enabled": False,
    "setup_required": False,
    "pre_launch_enabled": False,
    "marketing_sms_consent_enabled_at_checkout": False,
    "transactional_sms_disabled": False,
    "tax_shipping": False,
}
_SHOP_NULLS = (
    "source",
    "latitude",
    "longitude",
    "address2",
    "taxes_included",
    "auto_configure_tax_inclusivity",
    "county_taxes",
    "google_apps_domain",
    "google_apps_login_enabled",
    "primary_location_id",
)


def payload(topic: str, shop: str, number: int, now: datetime) -> bytes:
    """Build the body of one delivery, exactly as it is signed and sent.

    Args:
        topic: As Shopify writes it (``app/uninstalled``); an unknown one gets the shop's id and domain.
        shop: The synthetic shop.
        number: Makes the ids unique.
        now: The moment the event claims to have happened.
    """
    fields = _BY_TOPIC.get(topic, _shop_only)(shop, FIRST_ID + number, _stamp(now))
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()


def _uninstalled(shop: str, shop_id: int, stamp: str) -> dict[str, Any]:
    return {
        "id": shop_id,
        **_SHOP_TEXTS,
        **_SHOP_FLAGS,
        **dict.fromkeys(_SHOP_NULLS),
        "myshopify_domain": shop,
        "enabled_presentment_currencies": ["CAD"],
        "created_at": stamp,
        "updated_at": stamp,
    }


def _scopes_update(_shop: str, shop_id: int, stamp: str) -> dict[str, Any]:
    return {
        "id": shop_id,
        "shop_id": f"gid://shopify/Shop/{shop_id}",
        "previous": ["read_products"],
        "current": ["read_products", "write_products"],
        "updated_at": stamp,
    }


def _subscriptions_update(_shop: str, shop_id: int, stamp: str) -> dict[str, Any]:
    subscription = {
        "admin_graphql_api_id": f"gid://shopify/AppSubscription/{shop_id}",
        "name": "Ops Tests",
        "status": "ACTIVE",
        "admin_graphql_api_shop_id": f"gid://shopify/Shop/{shop_id}",
        "created_at": stamp,
        "updated_at": stamp,
        "currency": "USD",
        "capped_amount": "0.0",
        "price": "0.00",
        "interval": "every_30_days",
        "plan_handle": None,
    }
    return {"app_subscription": subscription}


def _data_request(shop: str, shop_id: int, stamp: str) -> dict[str, Any]:
    return {
        **_shop_only(shop, shop_id, stamp),
        "orders_requested": [shop_id],
        "customer": _customer(shop_id),
        "data_request": {"id": shop_id},
    }


def _customer_redact(shop: str, shop_id: int, stamp: str) -> dict[str, Any]:
    return {**_shop_only(shop, shop_id, stamp), "customer": _customer(shop_id), "orders_to_redact": [shop_id]}


def _shop_only(shop: str, shop_id: int, _stamp: str) -> dict[str, Any]:
    return {"shop_id": shop_id, "shop_domain": shop}


def _customer(customer_id: int) -> dict[str, Any]:
    return {"id": customer_id, "email": EMAIL, "phone": PHONE}


def _stamp(now: datetime) -> str:
    return now.astimezone(UTC).isoformat(timespec="seconds")


_BY_TOPIC: dict[str, Callable[[str, int, str], dict[str, Any]]] = {
    "app/uninstalled": _uninstalled,
    "app/scopes_update": _scopes_update,
    "app_subscriptions/update": _subscriptions_update,
    "customers/data_request": _data_request,
    "customers/redact": _customer_redact,
    "shop/redact": _shop_only,
}
