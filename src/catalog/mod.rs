//! What AWS publishes about its services: actions, resource types, condition keys. Data, not behaviour.
