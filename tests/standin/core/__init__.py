# SPDX-License-Identifier: GPL-3.0-or-later
"""What every resource of the stand-in is built from; knows neither moto nor boto3 nor HTTP."""
