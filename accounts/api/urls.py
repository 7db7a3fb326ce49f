from accounts.api import properties, roles, users  # noqa: F401 (all resources are registered here)
from paymenter.jsonapi.router import ResourceRouter

router = ResourceRouter()
router.register("users", users.UserViewSet, basename="users")

urlpatterns = router.urls
