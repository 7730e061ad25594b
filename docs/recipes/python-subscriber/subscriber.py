#!/usr/bin/env python3
"""Hears every decision, alert and summary of all devices, misses none, acts on none twice, and says what was lost.

    apt-get install python3-paho-mqtt        (or: pip install paho-mqtt; 1.6 and 2.x both do)
    BROKER=localhost python3 subscriber.py
"""

import json
import math
import os
import sys
from collections import OrderedDict

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

BROKER = os.environ.get("BROKER", "localhost")
PORT = int(os.environ.get("PORT", "1883"))
PREFIX = os.environ.get("PREFIX", "affectd")
CLIENT_ID = os.environ.get("CLIENT_ID", "affectd-python-subscriber")
REMEMBERED_IDS = 1000

heard_ids = OrderedDict()  # ids of late, the oldest first: delivery is at least once
last_events = {}  # the last event of each device: its boot_id and seq
active_alerts = set()  # (device, kind) of the alerts that are active


def say(text):
    print(text, flush=True)


def on_connect(client, userdata, flags, reason, properties):
    # All three: they share one sequence, so that a gap in it is a loss.
    client.subscribe([(f"{PREFIX}/+/{topic}", 1) for topic in ("emotion", "alert/+", "summary")])


def on_subscribe(client, userdata, mid, reasons, properties):
    say(f"listening to {PREFIX}/+")


def on_message(client, userdata, message):
    device, what = message.topic[len(PREFIX) + 1 :].split("/")[:2]
    event = parse_event(message.payload)
    if event is None:
        say(f"{device} ignored: what came is no event")
        return
    # What the broker has kept is how things are, not the next of the events.
    lost = 0 if message.retain else count_lost(device, event["boot_id"], event["seq"])
    if lost > 0:
        say(f"{device} lost {lost} before {event['seq']}")
    if is_repeat(event["id"]):
        return
    if what == "emotion":
        show_decision(device, event)
    if what == "alert":
        show_alert(device, event)
    if what == "summary":
        say(f"{device} summary of {event.get('decisions')} decisions")


def parse_event(payload):
    """The event, or None for anything else: whoever may write to the broker can send anything."""
    try:
        event = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    is_event = (
        isinstance(event, dict)
        and isinstance(event.get("id"), str)
        and isinstance(event.get("boot_id"), str)
        and type(event.get("seq")) is int
    )
    return event if is_event else None


def is_repeat(event_id):
    if event_id in heard_ids:
        return True
    heard_ids[event_id] = True
    if len(heard_ids) > REMEMBERED_IDS:
        heard_ids.popitem(last=False)
    return False


def count_lost(device, boot_id, seq):
    """How many are missing before this event: none before the first of a boot_id, since nobody can know, nor before a repeat."""
    last_boot_id, last_seq = last_events.get(device, (None, 0))
    if boot_id == last_boot_id and seq <= last_seq:
        return 0
    last_events[device] = (boot_id, seq)
    return seq - last_seq - 1 if boot_id == last_boot_id else 0


def show_decision(device, event):
    # Where it abstained the device was not sure enough: nobody is to act on that.
    label, confidence = event.get("label"), event.get("confidence")
    if event.get("abstained") is False and isinstance(confidence, float) and math.isfinite(confidence):
        say(f"{device} {label} {100 * confidence:.0f} %")


def show_alert(device, event):
    key = (device, str(event.get("kind")))
    active = event.get("active")
    # Over may be said twice, with ids of their own.
    if not isinstance(active, bool) or active == (key in active_alerts):
        return
    if active:
        active_alerts.add(key)
        say(f"{device} alert {key[1]} since {event.get('since')}")
    else:
        active_alerts.remove(key)
        say(f"{device} over {key[1]}")


def new_client():
    """paho-mqtt 2 wants to be told which kind of callbacks it meets; those for MQTT 5 are the same in both versions."""
    options = {"client_id": CLIENT_ID, "protocol": mqtt.MQTTv5}
    if hasattr(mqtt, "CallbackAPIVersion"):
        return mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, **options)
    return mqtt.Client(**options)


def main():
    sys.stdout.reconfigure(errors="replace")
    client = new_client()
    client.on_connect = on_connect
    client.on_subscribe = on_subscribe
    client.on_message = on_message
    if "MQTT_USER" in os.environ:
        client.username_pw_set(os.environ["MQTT_USER"], os.environ.get("MQTT_PASSWORD"))
    # With a client id of its own and a session that lasts a day, what comes while we are away waits at the broker.
    lasting = Properties(PacketTypes.CONNECT)
    lasting.SessionExpiryInterval = 86_400
    client.connect_async(BROKER, PORT, clean_start=False, properties=lasting)
    client.loop_forever(retry_first_connection=True)


if __name__ == "__main__":
    main()
