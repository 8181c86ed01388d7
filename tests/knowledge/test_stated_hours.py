"""Opening hours in texts against the profile's: told only when they are the business's own, and differ."""

import pytest

from firstline.knowledge.stated_hours import hours_apart, stated_hours
from firstline.tenancy.model import Business, Interval

DAY = (Interval("08:00", "17:00"),)
ACME = Business(
    id=None,
    name="Acme",
    slug="acme",
    business_hours={**dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), DAY), "sat": (Interval("09:00", "12:00"),)},
)
DIFFERS = [
    "Opening hours: Monday to Friday 9am - 6pm",
    "## Hours\n\nMon-Fri 7:30 am - 4 pm",
    "## Contact us\n\nMonday - Friday: 8am - 6pm\nSaturday: 9am - 12pm",
    "# Acme\n\nWe are open Monday to Friday from 9 am to 5 pm.",
    "# Acme\n\nWe’re open Monday to Friday from 9 am to 5 pm. Call ahead.",
    "## Hours\n\n| Day | Hours |\n|---|---|\n| Monday | 9:00 - 18:00 |\n| Tuesday | 9:00 - 18:00 |",
    "## Horario\n\nLunes a viernes de 9:00 a 18:00",
    "Horario de atención: lunes a viernes 9:00 - 18:00",
    "# Acme\n\nEstamos abiertos de lunes a viernes de 9:00 a 19:00.",
    "When are you open?\nMonday to Friday 8am - 4pm.",
    "¿Cuándo abren?\nDe lunes a viernes de 8:00 a 16:00.",
    "Office hours: Mon-Sat 8-5",
    "## Our hours\n\n- **Mon – Fri:** 8:00 AM – 5:30 PM\n- **Sat:** 9:00 AM – 12:00 PM\n- **Sun:** Closed",
    "Open Saturday 9am - 3pm",
    "Our office is open Monday to Friday 8am - 8pm.",
    "Nuestro horario es de lunes a viernes de 7:00 a 15:00.",
    "Abrimos los sábados de 10:00 a 14:00.",
    "Business hours: Monday-Thursday 8am-5pm, Friday 8am-3pm",
]
AGREES = [
    "Opening hours: Monday to Friday 8am - 5pm",
    "## Horario\n\nLunes a viernes de 8:00 a 17:00",
    "## Hours\n\nMon-Fri 8:00-17:00\n\nSat 9-12\n\nSun closed",
    "## Emergency line\n\nMonday to Sunday 6am - 11pm",
    "Emergency hours: Monday to Friday 5pm - 11pm",
    "## Summer hours\n\nMonday to Friday 7am - 3pm",
    "Winter hours: Mon-Fri 9am-4pm",
    "Christmas week: Monday to Wednesday 9am - 1pm",
    "## Parts department\n\nHours: Mon-Fri 7am - 4pm",
    "Phone support: Monday to Friday 6am - 9pm",
    "## Horario de verano\n\nLunes a viernes de 8:00 a 15:00",
    "Horario de urgencias: lunes a viernes de 17:00 a 23:00",
    "## Our Madison location\n\nHours: Mon-Fri 10am - 6pm",
    "## Drain cleaning\n\nMonday to Friday 9am - 6pm",
    "Deliveries: Monday to Friday 6am - 10am",
    "We are open 24/7.",
    "The job took from Monday to Friday, 9am to 6pm each day.",
    "Call us Monday to Friday 9am - 6pm and we will send a plumber on the same day.",
    "City hall is open Monday to Friday 9am - 4pm.",
    "## Hours\n\nMon-Fri 8-5\n\n## Kitchen\n\nMon-Fri 11-9",
    "## Hours\n\nMon-Fri 9am-6pm\n\n## Contact\n\nMon-Fri 10am-7pm",
    "Weekend rates: Saturday 9am - 3pm $150",
    "From June 1 our hours are Monday to Friday 7am - 3pm.",
    "Clases: lunes a viernes de 9:00 a 11:00",
    "El almacén abre de lunes a viernes de 6:00 a 14:00.",
    "Until 2024 our hours were Monday to Friday 9am - 6pm.",
    "Appointments: Monday to Friday 9am - 4pm",
    "Opening hours: by appointment",
]


def found(text, business=ACME):
    return hours_apart(stated_hours(text), business)


@pytest.mark.parametrize("text", DIFFERS)
def test_other_hours_of_the_business_itself_are_told(text):
    (told,) = found(text)
    assert told.kind == "contradiction"
    assert told.detail["days"]
    assert told.detail["first"] != told.detail["second"]


@pytest.mark.parametrize("text", AGREES)
def test_the_same_hours_and_those_of_something_else_are_left_alone(text):
    assert found(text) == []


def test_a_profile_without_hours_is_contradicted_by_nobody():
    assert found(DIFFERS[0], Business(id=None, name="Acme", slug="acme")) == []
